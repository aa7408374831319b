import { luaTables } from "./lua-tables.js";

/** Ports of PDU links that a deployment uses by default: docs/spec/protocol.md; 8001 is the second msg_server of the shipped set-up. */
const ports = "8000-8001,8008,8100,8200,8500,8600-8601,10600";

/**
 * A Wireshark dissector in one file of Lua (5.1 to 5.4) that needs no settings and no protobuf search path: it reads protobuf
 * bodies itself, by proto2's rules as the servers apply them.
 */
export function luaDissector(version: string): string {
  return `-- TeamTalk / 0voice IM protocol. Written by teamtalk-testkit ${version} (ttk export wireshark); do not edit.
${luaTables()}
${dissector}`;
}

const dissector = String.raw`
local HEADER_SIZE = 16
local PDU_SIZE_MAX = 64 * 1024 * 1024
local teamtalk = Proto("teamtalk", "TeamTalk IM protocol")

-- Wireshark wants filter names in lower case.
local function short_name(message)
  return string.lower(string.match(message, "[^.]+$"))
end

local command_names = {}
for id, row in pairs(commands) do command_names[id] = row[1] end

local fields = {
  length = ProtoField.uint32("teamtalk.length", "Length"),
  version = ProtoField.uint16("teamtalk.version", "Version"),
  flag = ProtoField.uint16("teamtalk.flag", "Flag", base.HEX),
  service_id = ProtoField.uint16("teamtalk.service_id", "Service", base.DEC, services),
  command_id = ProtoField.uint16("teamtalk.command_id", "Command", base.HEX, command_names),
  seq_num = ProtoField.uint16("teamtalk.seq_num", "Sequence number"),
  reserved = ProtoField.uint16("teamtalk.reserved", "Reserved"),
  body = ProtoField.bytes("teamtalk.body", "Body"),
  message = ProtoField.string("teamtalk.message", "Message"),
  unknown = ProtoField.bytes("teamtalk.unknown_field", "Unknown field"),
  skipped = ProtoField.bytes("teamtalk.skipped", "No PDU"),
  attach_type = ProtoField.uint32("teamtalk.attach.type", "Type", base.DEC, attach_types),
  attach_handle = ProtoField.uint32("teamtalk.attach.handle", "Handle"),
  attach_service_type = ProtoField.uint32("teamtalk.attach.service_type", "Service type"),
}

local experts = {
  unknown_command = ProtoExpert.new("teamtalk.unknown_command", "Command is not one of the protocol's", expert.group.UNDECODED, expert.severity.WARN),
  malformed = ProtoExpert.new("teamtalk.malformed", "Body is not valid protobuf", expert.group.MALFORMED, expert.severity.ERROR),
  truncated = ProtoExpert.new("teamtalk.truncated", "Body ends inside a field", expert.group.MALFORMED, expert.severity.ERROR),
  missing = ProtoExpert.new("teamtalk.missing_required", "Body lacks a required field", expert.group.MALFORMED, expert.severity.ERROR),
  length = ProtoExpert.new("teamtalk.bad_length", "Length is smaller than the header, or larger than any receiver accepts", expert.group.MALFORMED, expert.severity.ERROR),
}

-- One filter for each field of each message: teamtalk.immsgdata.from_user_id
local registered = {}
for _, field in pairs(fields) do registered[#registered + 1] = field end
local schemas = {}
for name, rows in pairs(messages) do
  local schema = { required = {}, by_number = {} }
  for _, row in ipairs(rows) do
    local number, label, kind = row[1], row[2], row[3]
    local filter = "teamtalk." .. short_name(name) .. "." .. label
    local field
    if kind == "uint32" then field = ProtoField.uint32(filter, label)
    elseif kind == "enum" then field = ProtoField.uint32(filter, label, base.DEC, enums[row[5]])
    elseif kind == "string" then field = ProtoField.string(filter, label)
    elseif kind == "bytes" then field = ProtoField.bytes(filter, label)
    else field = ProtoField.none(filter, label) end
    registered[#registered + 1] = field
    schema.by_number[number] = { name = label, kind = kind, repeated = row[4] == "repeated", reference = row[5], field = field }
    if row[4] == "required" then schema.required[#schema.required + 1] = number end
  end
  schemas[name] = schema
end
teamtalk.fields = registered
teamtalk.experts = { experts.unknown_command, experts.malformed, experts.truncated, experts.missing, experts.length }
teamtalk.prefs.ports = Pref.range("TCP ports", "${ports}", "Links that are always taken for this protocol; others are recognised by their content", 65535)

-- A varint as the 32 bits that uint32 and enumerations keep of it; nil where the bytes end inside it.
local function read_varint(tvb, at, stop)
  local value, scale = 0, 1
  for count = 1, 10 do
    if at >= stop then return nil, at end
    local byte = tvb(at, 1):uint()
    at = at + 1
    local low = byte % 128
    if count == 5 then low = low % 16 end
    if count <= 5 then value = value + low * scale end
    scale = scale * 128
    if byte < 128 then return value, at end
  end
  return nil, at
end

local dissect_message

local function add_attachment(tvb, at, stop, item)
  if stop - at < 12 or not attach_types[tvb(at, 4):uint()] then return end
  item:add(fields.attach_type, tvb(at, 4))
  item:add(fields.attach_handle, tvb(at + 4, 4))
  item:add(fields.attach_service_type, tvb(at + 8, 4))
end

-- Adds one value; false when a number lies outside its enumeration, which makes the field an unknown one.
local function add_value(tvb, field, tree, start, at, stop, number)
  local range = tvb(start, stop - start)
  if field.kind == "uint32" then
    tree:add(field.field, range, number)
  elseif field.kind == "enum" then
    if not enums[field.reference][number] then return false end
    tree:add(field.field, range, number)
  elseif field.kind == "string" then
    local text = stop > at and tvb(at, stop - at):string(ENC_UTF_8) or ""
    tree:add(field.field, range, text)
  elseif field.kind == "bytes" then
    -- An empty range may not begin behind the last byte.
    local item = tree:add(field.field, stop > at and tvb(at, stop - at) or tvb(at - 1, 0))
    if field.name == "attach_data" then add_attachment(tvb, at, stop, item) end
  else
    local item = tree:add(field.field, range)
    dissect_message(tvb, at, stop, item, field.reference)
  end
  return true
end

local function add_packed(tvb, field, tree, at, stop)
  while at < stop do
    local start = at
    local number
    number, at = read_varint(tvb, at, stop)
    if not number then
      tree:add_proto_expert_info(experts.truncated)
      return
    end
    if not add_value(tvb, field, tree, start, start, at, number) then tree:add(fields.unknown, tvb(start, at - start)) end
  end
end

dissect_message = function(tvb, at, stop, tree, name)
  local schema = schemas[name]
  local seen = {}
  while at < stop do
    local start = at
    local tag, number
    tag, at = read_varint(tvb, at, stop)
    if not tag then
      tree:add_proto_expert_info(experts.truncated)
      return
    end
    local field = schema.by_number[math.floor(tag / 8)]
    local wire = tag % 8
    local value_at = at
    if wire == 0 then
      number, at = read_varint(tvb, at, stop)
      if not number then at = stop + 1 end
    elseif wire == 1 then at = at + 8
    elseif wire == 5 then at = at + 4
    elseif wire == 2 then
      local length
      length, value_at = read_varint(tvb, at, stop)
      at = length and value_at + length or stop + 1
    end
    if tag < 8 or wire == 3 or wire == 4 or wire > 5 then
      tree:add_proto_expert_info(experts.malformed)
      return
    end
    if at > stop then
      tree:add_proto_expert_info(experts.truncated)
      return
    end
    local is_number = field and (field.kind == "uint32" or field.kind == "enum")
    if field and ((is_number and wire == 0) or (not is_number and wire == 2)) then
      if add_value(tvb, field, tree, start, value_at, at, number) then seen[math.floor(tag / 8)] = true
      else tree:add(fields.unknown, tvb(start, at - start)) end
    elseif is_number and wire == 2 and field.repeated then
      add_packed(tvb, field, tree, value_at, at)
    else
      tree:add(fields.unknown, tvb(start, at - start))
    end
  end
  for _, number in ipairs(schema.required) do
    if not seen[number] then
      tree:add_proto_expert_info(experts.missing, "Body lacks " .. schema.by_number[number].name)
    end
  end
end

local function dissect_pdu(tvb, pinfo, tree)
  local length, command_id = tvb(0, 4):uint(), tvb(10, 2):uint()
  local command = commands[command_id]
  local label = command and command[1] or string.format("command 0x%04x", command_id)
  local item = tree:add(teamtalk, tvb(), "TeamTalk IM protocol, " .. label)
  item:add(fields.length, tvb(0, 4))
  item:add(fields.version, tvb(4, 2))
  item:add(fields.flag, tvb(6, 2))
  item:add(fields.service_id, tvb(8, 2))
  local command_item = item:add(fields.command_id, tvb(10, 2))
  item:add(fields.seq_num, tvb(12, 2))
  item:add(fields.reserved, tvb(14, 2))
  pinfo.cols.info:append((pinfo.private.teamtalk == "1" and ", " or "") .. label .. " seq=" .. tvb(12, 2):uint())
  pinfo.private.teamtalk = "1"
  if length < HEADER_SIZE or length > PDU_SIZE_MAX then item:add_proto_expert_info(experts.length) end
  if not command then
    local current = obsolete_commands[command_id]
    if current then command_item:append_text(", an obsolete number of " .. commands[current][1]) end
    command_item:add_proto_expert_info(experts.unknown_command)
    if tvb:len() > HEADER_SIZE then item:add(fields.body, tvb(HEADER_SIZE)) end
    return tvb:len()
  end
  item:add(fields.message, command[2]):set_generated(true)
  dissect_message(tvb, HEADER_SIZE, tvb:len(), item, command[2])
  return tvb:len()
end

-- What every known implementation writes; receivers check less.
local function looks_like_header(tvb, at)
  if tvb:len() - at < HEADER_SIZE then return false end
  local length = tvb(at, 4):uint()
  if length < HEADER_SIZE or length > PDU_SIZE_MAX or tvb(at + 4, 4):uint() ~= 0x00010000 then return false end
  local service_id, group = tvb(at + 8, 2):uint(), tvb(at + 10, 1):uint()
  return service_id >= 1 and service_id <= 8 and group >= 1 and group <= 7
end

local SEARCHED_MAX = 65536

-- Where the next PDU begins in a piece of a stream that begins inside one; nil when nowhere.
local function next_header(tvb)
  local mark = "\0\1\0\0\0"
  local raw = tvb(0, math.min(tvb:len(), SEARCHED_MAX)):raw()
  local from = 6
  while true do
    local found = string.find(raw, mark, from, true)
    if not found then return nil end
    if looks_like_header(tvb, found - 5) then return found - 5 end
    from = found + 1
  end
end

local function pdu_length(tvb, pinfo, offset)
  local length = tvb(offset, 4):uint()
  -- Nothing leads on from a length that cannot be true: the rest of what is here is shown as one.
  if length < HEADER_SIZE or length > PDU_SIZE_MAX then return math.max(HEADER_SIZE, tvb:len() - offset) end
  return length
end

function teamtalk.dissector(tvb, pinfo, tree)
  local start = 0
  if tvb:len() >= HEADER_SIZE and not looks_like_header(tvb, 0) then
    local found = next_header(tvb)
    if not found then return 0 end
    start = found
    tree:add(teamtalk, tvb(0, start), "TeamTalk IM protocol, inside a PDU"):add(fields.skipped, tvb(0, start))
  end
  pinfo.cols.protocol = "TeamTalk"
  pinfo.cols.info:clear()
  pinfo.private.teamtalk = "0"
  local rest = start == 0 and tvb or tvb(start):tvb()
  dissect_tcp_pdus(rest, tree, HEADER_SIZE, pdu_length, dissect_pdu)
  pinfo.cols.info:fence()
  return tvb:len()
end

teamtalk:register_heuristic("tcp", function(tvb, pinfo, tree)
  if not looks_like_header(tvb, 0) then return false end
  pinfo.conversation = teamtalk
  teamtalk.dissector(tvb, pinfo, tree)
  return true
end)

local tcp_ports = DissectorTable.get("tcp.port")
local added = teamtalk.prefs.ports
tcp_ports:add(added, teamtalk)
function teamtalk.prefs_changed()
  if tostring(added) == tostring(teamtalk.prefs.ports) then return end
  tcp_ports:remove(added, teamtalk)
  added = teamtalk.prefs.ports
  tcp_ports:add(added, teamtalk)
end
`;
