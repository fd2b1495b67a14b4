--- Several listeners as one `on_event`.
local M = {}

---@param first fun(event: credenco.Event)?
---@param second fun(event: credenco.Event)?
---@return fun(event: credenco.Event)?
function M.both(first, second)
  if not (first and second) then return first or second end
  return function(event)
    first(event)
    second(event)
  end
end

return M
