/** `import … from "teamtalk-testkit/codec"`: bytes ⇄ PDUs. */
export { type AttachData, AttachType, decodeAttachData, encodeAttachData } from "./attach-data.js";
export { type AudioContent, decodeAudio, encodeAudio } from "./audio-content.js";
export { decodeBody, encodeBody } from "./body-codec.js";
export { type CommandBody, CommandId } from "./generated/commands.js";
export * from "./generated/enums.js";
export type * from "./generated/messages.js";
export { loginPassword } from "./password.js";
export { encodePdu, framePdu, type HeaderOverrides } from "./pdu.js";
export { PduFramer, type PduSink } from "./pdu-framer.js";
export { clientLimits, decodeHeader, HEADER_SIZE, type PduHeader, type PduLimits, serverLimits } from "./pdu-header.js";
export { ProtocolError, type ProtocolErrorCode } from "./protocol-error.js";
export { type PduOrigin, type PduRecord, recordOf } from "./record/pdu-record.js";
export { type Command, commandById, commandByName, commands, commandsOfMessage } from "./registry.js";
export { decryptText, defaultTextKey, encryptText } from "./text-content.js";
