--- The words for a file that cannot be written. The operating system's reason is told without its path, which the
--- caller has in front.
---@param err string of luv, such as `ENOENT: no such file or directory: a/b`
---@return string
return function(err)
  local hint = err:find "^ENOENT" and "; does its directory exist?" or ""
  return ("cannot be written (%s)%s"):format(err:match "^%w+: [^:]+" or err, hint)
end
