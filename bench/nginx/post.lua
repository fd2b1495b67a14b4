-- For wrk: an order for examples/openresty/issue.lua.
wrk.method = "POST"
wrk.headers["content-type"] = "application/json"
wrk.body = '{"wallet_key":"0b1f7a52-6c1e-4d0a-9a55-3a1f5f0c0001","registration":"90004760","name":"CoolSoft B.V."}'
