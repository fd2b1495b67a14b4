-- The subset of the language that both engines and nginx share.
std = "min"
-- names that only one of the engines has
read_globals = { "jit", "unpack", table = { fields = { "unpack" } } }
self = false -- a method may leave its object alone
max_line_length = 120
max_comment_line_length = false -- annotations are one line each
exclude_files = { "build", "build.luarocks", "node_modules" }

files["bench"] = { std = "lua54" }
files["script/docs"] = { std = "luajit" } -- package.searchpath, on both engines
files["spec"] = { std = "+busted", max_line_length = 160 } -- tables of cases are rows
files["lua/credenco/loop/nginx.lua"] = { std = "ngx_lua" }
files["lua/credenco/loop/nginx"] = { std = "ngx_lua" }
files["lua/credenco/transport/cosocket.lua"] = { std = "ngx_lua" }
files["lua/credenco/transport/cosocket"] = { std = "ngx_lua" }
files["lua/credenco/webhook.lua"] = { std = "ngx_lua" }
files["lua/credenco/metrics.lua"] = { std = "ngx_lua" }
files["lua/credenco/sandbox"] = { std = "+ngx_lua" }
files["*.rockspec"] = { std = "rockspec" }
files["examples/openresty"] = { std = "ngx_lua" }
files["spec/nginx"] = { std = "+busted+ngx_lua" }
files["bench/nginx/inside.lua"] = { std = "ngx_lua" }
files["bench/nginx/post.lua"] = { globals = { "wrk" } }
