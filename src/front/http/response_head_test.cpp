#include "front/http/response_head.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>

#include "front/http/listening_socket.h"

namespace glowplug::front::http {
namespace {

TEST(ResponseHead, HasStatusFieldsDateAndLength) {
  HttpAnswer answer;
  answer.headers.emplace_back("Content-Type", "text/plain");
  answer.body = "abc";
  answer.pieces.push_back({"defg", nullptr});
  EXPECT_EQ(response_head(answer, "Date: D\r\n", AfterAnswer::keep),
            "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nDate: D\r\nContent-Length: 7\r\n\r\n");
}

TEST(ResponseHead, SaysHowTheConnectionGoesOn) {
  HttpAnswer answer;
  answer.status = 404;
  EXPECT_EQ(response_head(answer, "", AfterAnswer::close),
            "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(response_head(answer, "", AfterAnswer::keep_and_say_so),
            "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n");
}

TEST(ResponseHead, HasNoLengthWhereThereIsNoBody) {
  HttpAnswer answer;
  answer.status = 204;
  answer.body = "never sent";
  EXPECT_EQ(response_head(answer, "", AfterAnswer::keep), "HTTP/1.1 204 No Content\r\n\r\n");
}

TEST(ResponseHead, CannotBeSplitByAValue) {
  HttpAnswer answer;
  answer.headers.emplace_back("X-Text", "a\r\nSet-Cookie: b\x01\x7f\xc3\xa4");
  const std::string head = response_head(answer, "", AfterAnswer::keep);
  EXPECT_NE(head.find("X-Text: a  Set-Cookie: b  \xc3\xa4\r\n"), std::string::npos) << head;
}

TEST(ResponseHead, NamesStatusesThatHttpDoesNotKnow) {
  HttpAnswer answer;
  answer.status = 477;
  EXPECT_TRUE(response_head(answer, "", AfterAnswer::keep).starts_with("HTTP/1.1 477 Unknown\r\n"));
}

TEST(DateLine, IsTheDateOfRfc9110) {
  DateLine date;
  EXPECT_EQ(date.at(784111777), "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
  EXPECT_EQ(date.at(784111777), "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
  EXPECT_EQ(date.at(1709164800), "Date: Thu, 29 Feb 2024 00:00:00 GMT\r\n");
}

TEST(ListeningSocket, WritesAddressesAsPeopleDo) {
  sockaddr_storage address{};
  auto& ipv4 = reinterpret_cast<sockaddr_in&>(address);
  ipv4.sin_family = AF_INET;
  ipv4.sin_port = htons(50412);
  inet_pton(AF_INET, "192.0.2.7", &ipv4.sin_addr);
  EXPECT_EQ(text_of(address), "192.0.2.7:50412");

  address = {};
  auto& ipv6 = reinterpret_cast<sockaddr_in6&>(address);
  ipv6.sin6_family = AF_INET6;
  ipv6.sin6_port = htons(80);
  inet_pton(AF_INET6, "::1", &ipv6.sin6_addr);
  EXPECT_EQ(text_of(address), "[::1]:80");
  inet_pton(AF_INET6, "::ffff:192.0.2.7", &ipv6.sin6_addr);
  EXPECT_EQ(text_of(address), "192.0.2.7:80");

  address = {};
  address.ss_family = AF_UNIX;
  EXPECT_EQ(text_of(address), "unix");
}

}  // namespace
}  // namespace glowplug::front::http
