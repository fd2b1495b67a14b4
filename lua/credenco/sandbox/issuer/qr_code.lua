--- The QR code of an offer, for the attended flow. libqrencode draws it.
local ffi = require "ffi"
local base64 = require "credenco.base.base64"
local hex = require "credenco.base.hex"
local png = require "credenco.sandbox.issuer.png"

local M = {}

local DEFAULT_SIZE = 300
local QUIET_MODULES = 4 -- ISO/IEC 18004: the light border that a reader needs
local SMALLEST_VERSION, LEVEL_MEDIUM = 0, 1
local WHITE, BLACK = "\255\255\255", "\0\0\0"

ffi.cdef [[
  typedef struct { int version; int width; unsigned char *data; } QRcode;
  QRcode *QRcode_encodeString8bit(const char *string, int version, int level);
  void QRcode_free(QRcode *code);
]]

local loaded, library = pcall(ffi.load, "libqrencode.so.4")

---@return boolean whether libqrencode is installed
function M.is_available()
  return loaded
end

--- A square of modules: its width, and a function that says whether a module is dark.
local function draw(text)
  local code = library.QRcode_encodeString8bit(text, SMALLEST_VERSION, LEVEL_MEDIUM)
  assert(code ~= nil, "the text does not fit into a QR code")
  local width = code.width
  local data = ffi.string(code.data, width * width)
  library.QRcode_free(code)
  return width, function(x, y) return data:byte(y * width + x + 1) % 2 == 1 end
end

local function rgb(colour, default)
  return colour and hex.decode(colour:sub(2)) or default
end

--- The layout of the modules in an image: their size in pixels, and the margin.
local function layout(width, size, padding)
  local modules = padding and width or width + 2 * QUIET_MODULES
  local scale = math.max(1, math.floor((size - 2 * (padding or 0)) / modules))
  local picture = math.max(size, scale * modules)
  return picture, scale, math.floor((picture - scale * width) / 2)
end

--- A PNG as a data URI.
---@param text string
---@param options { size: integer?, padding: integer?, color_dark: string?, color_light: string? }
---@return string data_uri
function M.data_uri(text, options)
  local width, is_dark = draw(text)
  local picture, scale, margin = layout(width, options.size or DEFAULT_SIZE, options.padding)
  local palette = { light = rgb(options.color_light, WHITE), dark = rgb(options.color_dark, BLACK) }
  local bytes = png.encode(picture, palette, function(x, y)
    local column, row = math.floor((x - margin) / scale), math.floor((y - margin) / scale)
    return column >= 0 and row >= 0 and column < width and row < width and is_dark(column, row)
  end)
  return "data:image/png;base64," .. base64.encode(bytes)
end

return M
