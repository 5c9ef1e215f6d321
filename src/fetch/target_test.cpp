#include "fetch/target.h"

#include <gtest/gtest.h>

#include <map>

namespace glowplug::fetch {
namespace {

ObjectStore store_of(std::map<std::string, std::string> variables) {
  return ObjectStore::from_environment([&](const char* name) -> const char* {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  });
}

const AllowList& allowed() {
  static const AllowList list = *AllowList::parse("a.com,s3://pictures,s3://pic.tures,gs://sounds");
  return list;
}

std::string url_of(std::string_view url, const ObjectStore& store) {
  const auto target = target_of(url, allowed(), store);
  return target ? target->url.text() : target.error().message;
}

TEST(Target, OfObjects) {
  const ObjectStore plain = store_of({});
  EXPECT_EQ(url_of("s3://pictures/a b/c.jpg", plain),
            "https://pictures.s3.us-east-1.amazonaws.com/a%20b/c.jpg");
  EXPECT_EQ(url_of("s3://pic.tures/c", store_of({{"AWS_REGION", "eu-central-1"}})),
            "https://s3.eu-central-1.amazonaws.com/pic.tures/c");
  EXPECT_EQ(url_of("gs://sounds/c", plain), "https://storage.googleapis.com/sounds/c");
  const ObjectStore own = store_of({{"AWS_ENDPOINT_URL", "http://minio:9000/base/"}});
  EXPECT_EQ(url_of("s3://pictures/a", own), "http://minio:9000/base/pictures/a");
  EXPECT_EQ(target_of("s3://pictures/a", allowed(), own)->addresses.kind, AddressRule::Kind::any);
  EXPECT_EQ(url_of("s3://other/a", own),
            "\"s3://other/a\": s3://other is not in the function's fetch_hosts");
}

TEST(Target, IsSignedWithTheKeysOfTheEnvironmentForS3Only) {
  EXPECT_FALSE(target_of("s3://pictures/a", allowed(), store_of({}))->sign);
  const ObjectStore keys =
      store_of({{"AWS_ACCESS_KEY_ID", "id"}, {"AWS_SECRET_ACCESS_KEY", "secret"}});
  EXPECT_TRUE(target_of("s3://pictures/a", allowed(), keys)->sign);
  EXPECT_FALSE(target_of("gs://sounds/a", allowed(), keys)->sign);
  EXPECT_FALSE(target_of("https://a.com/a", allowed(), keys)->sign);
  EXPECT_FALSE(store_of({{"AWS_ACCESS_KEY_ID", "id"}}).keys);
}

TEST(Target, SaysWhatIsWrongWithTheEnvironment) {
  for (const auto& variable : {std::pair{"AWS_REGION", "evil.com/"},
                               {"AWS_ENDPOINT_URL_S3", "minio:9000"},
                               {"AWS_ENDPOINT_URL", "http://minio/?x"}}) {
    const ObjectStore store = store_of({{variable.first, variable.second}});
    EXPECT_NE(url_of("s3://pictures/a", store).find(variable.second), std::string::npos);
    EXPECT_EQ(url_of("https://a.com/a", store), "https://a.com/a");
  }
}

TEST(Target, ErrorsNameNoSecretOfTheUrl) {
  const ObjectStore plain = store_of({});
  EXPECT_EQ(url_of("https://b.com/a?signature=x", plain),
            "\"https://b.com/a\": https://b.com is not in the function's fetch_hosts");
  EXPECT_EQ(url_of("https://me:pass@b.com/a", plain),
            "\"https://b.com/a\": it has a user or a password, which are not sent");
  EXPECT_EQ(url_of("https://me:pass@b.com", plain),
            "\"https://b.com\": it has a user or a password, which are not sent");
  EXPECT_LT(url_of("https://b.com/" + std::string(9000, 'a'), plain).size(), 400U);
}

}  // namespace
}  // namespace glowplug::fetch
