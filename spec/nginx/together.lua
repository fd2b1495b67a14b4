-- Runs tasks at once in a phase of nginx that can wait, and returns when all have ended.
---@param tasks function[]
return function(tasks)
  local threads = {}
  for i, task in ipairs(tasks) do threads[i] = ngx.thread.spawn(task) end
  for _, thread in ipairs(threads) do
    local ok, problem = ngx.thread.wait(thread)
    if not ok then error(problem, 0) end
  end
end
