/** `import … from "teamtalk-testkit/codec"`: bytes ⇄ PDUs. */
export { type AttachData, AttachType, decodeAttachData, encodeAttachData } from "../codec/attach-data.js";
export { type AudioContent, decodeAudio, encodeAudio } from "../codec/audio-content.js";
export { decodeBody, encodeBody } from "../codec/body-codec.js";
export { type CommandBody, CommandId } from "../codec/generated/commands.js";
export * from "../codec/generated/enums.js";
export type * from "../codec/generated/messages.js";
export { loginPassword } from "../codec/password.js";
export { encodePdu, framePdu, type HeaderOverrides } from "../codec/pdu.js";
export { PduFramer, type PduSink } from "../codec/pdu-framer.js";
export {
  clientLimits,
  decodeHeader,
  HEADER_SIZE,
  type PduHeader,
  type PduLimits,
  serverLimits,
} from "../codec/pdu-header.js";
export { ProtocolError, type ProtocolErrorCode } from "../codec/protocol-error.js";
export { type PduOrigin, type PduRecord, recordOf } from "../codec/record/pdu-record.js";
export { type Command, commandById, commandByName, commands, commandsOfMessage } from "../codec/registry.js";
export { decryptText, defaultTextKey, encryptText } from "../codec/text-content.js";
