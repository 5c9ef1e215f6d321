-- Sends the body of WRK_BODY as a POST with the header lines of WRK_HEADERS ("Name: value" each), and prints one line of JSON at the end.
local function read(name)
  local file = assert(io.open(os.getenv(name), "rb"))
  local text = file:read("*a")
  file:close()
  return text
end

wrk.method = "POST"
wrk.body = read("WRK_BODY")
for line in (os.getenv("WRK_HEADERS") or ""):gmatch("[^\n]+") do
  local name, value = line:match("^(.-): (.*)$")
  wrk.headers[name] = value
end


function done(summary, latency)
  local errors = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status + summary.errors.timeout
  io.write(string.format('\nRESULT {"requests": %d, "microseconds": %d, "errors": %d, "p50_us": %.1f, "p99_us": %.1f, "p999_us": %.1f}\n',
    summary.requests, summary.duration, errors, latency:percentile(50), latency:percentile(99), latency:percentile(99.9)))
end
