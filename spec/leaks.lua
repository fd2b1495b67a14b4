-- Goes once through every way an object of the bindings is made and let go: used up, closed, closed twice,
-- left to the garbage collector, left behind by an error. LeakSanitizer looks at what is left at the end;
-- luv, which leaks by itself, is not loaded.
local core = require "credenco.core"
local credenco = require "credenco"
local errors = require "credenco.client.errors"

local REFUSED = "http://127.0.0.1:1" -- nobody listens at port 1
local RECORD = { wallet_key = "w", template_id = "t", claims = { a = 1, list = { 1, 2 }, deep = { b = "\226\130\172" } } }

local function new_client(options)
  options = options or {}
  options.base_url = options.base_url or REFUSED
  options.retry = { max_attempts = 1 }
  return credenco.new(options)
end

local tours = {}

function tours.closed_twice()
  local client = new_client { api_key = "k" }
  assert(not client:issue_direct(RECORD))
  client:close()
  client:close()
  local _, err = client:issue_direct(RECORD)
  assert(err.code == "closed")
end

function tours.left_to_the_collector()
  local client = new_client { api_key = "k" }
  assert(not client:create_offer { template_id = "t", claims = {} })
end

function tours.never_used()
  new_client { api_key = "k" }
end

function tours.token_that_cannot_be_had()
  local oauth2 = { token_url = REFUSED .. "/token", client_id = "c", client_secret = "s" }
  local _, err = new_client({ oauth2 = oauth2 }):issue_status "x"
  assert(err.step == "token")
end

function tours.many_left_half_way()
  local records = {}
  for i = 1, 50 do records[i] = RECORD end
  local next_result = new_client({ api_key = "k" }):issue_many(records, { concurrency = 10 })
  local _, result = next_result()
  assert(not result)
end

function tours.wrong_options()
  for _, options in ipairs { { base_url = "x" }, { api_key = "a\nb" }, { ca_file = 1 } } do
    assert(not pcall(new_client, options))
  end
end

function tours.certificates_that_are_not_there()
  local _, err = new_client({ base_url = "https://127.0.0.1:1", api_key = "k", ca_file = "/nowhere" }):issue_status "x"
  assert(err)
end

function tours.uris()
  for _, uri in ipairs { "", "x:?credential_offer_uri=https%3A%2F%2Fa.example%2F", "x:?credential_offer_uri=%zz" } do
    credenco.offer_uri(uri)
    core.encode(uri)
    core.parse_url(uri)
  end
end

function tours.secrets()
  assert(errors.bounded_detail(("a "):rep(5000), { "secret", { deep = "secret" } }))
end

for _ = 1, 20 do
  for _, tour in pairs(tours) do tour() end
  collectgarbage()
end
print "ok 1 - the bindings leave nothing behind"
os.exit(0, true)
