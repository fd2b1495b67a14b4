-- The responses of a transport.
local expect = require "spec.support.expect"

---@param case fun(name: string, run: fun(t: spec.TransportTest))
return function(case)
  case("gives status, body and headers, their names in lower case", function(t)
    local url = t:url { act = "answer", status = 207, headers = { ["X-Mixed-Case"] = "Its Value" }, body = "a\0b" }
    local response = t:answer(url .. "/x")
    expect.equal(207, response.status, "status")
    expect.equal("a\0b", response.body, "body")
    expect.equal("Its Value", response.headers["x-mixed-case"], "header")
  end)

  case("gives an empty body as text", function(t)
    expect.equal("", t:answer(t:url "nothing" .. "/x").body, "body of length 0")
    expect.equal("", t:answer(t:url "no_content" .. "/x").body, "body of a 204")
  end)

  case("gives a chunked body, and one that ends with the connection", function(t)
    local url = t:url(
      { act = "answer", status = 200, body = "in chunks", framing = "chunked" },
      { act = "answer", status = 200, body = "to the end", framing = "close" })
    expect.equal("in chunks", t:answer(url .. "/x").body, "chunked body")
    expect.equal("to the end", t:answer(url .. "/x").body, "body to the end")
  end)

  case("passes over an informational answer", function(t)
    local bytes = "HTTP/1.1 103 Early Hints\r\nLink: <x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
    local response = t:answer(t:url { act = "raw", bytes = bytes } .. "/x")
    expect.equal(200, response.status, "status")
    expect.equal("ok", response.body, "body")
  end)

  case("gives an answer that refuses like any other", function(t)
    for _, status in ipairs { 302, 401, 404, 429, 500, 503 } do
      expect.equal(status, t:answer(t:url(status) .. "/x").status, "status")
    end
  end)

  case("does not follow a redirect", function(t)
    local scenario = t.env.scenario { other = { "redirect" } }
    expect.equal(302, t:answer(scenario.url .. "/x").status, "status")
    expect.equal(1, #scenario.requests(), "requests")
  end)

  case("does not wait for a body after HEAD", function(t)
    local url = t:url { act = "answer", status = 200, headers = { ["content-length"] = "1000" }, framing = "none" }
    expect.equal("", t:answer(url .. "/x", { method = "HEAD" }).body, "body")
  end)
end
