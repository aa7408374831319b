const meanings = {
  PDU_LENGTH_TOO_SMALL: "length field is smaller than the header it sits in",
  PDU_TOO_LARGE: "length field exceeds the largest PDU we accept",
  PDU_TRUNCATED: "the bytes end before the PDU does",
  COMMAND_UNKNOWN: "command_id is not one of the protocol's",
  BODY_TRUNCATED: "the body ends inside a field",
  BODY_MALFORMED: "the body is not valid protobuf",
  BODY_MISSING_REQUIRED: "the body lacks a required field",
  ATTACH_MALFORMED: "attach_data does not have the layout msg_server writes",
  TEXT_NOT_ENCRYPTED: "the message content is not base64 of whole encrypted blocks",
  AUDIO_TOO_SHORT: "audio content is shorter than its duration field",
} as const;

export type ProtocolErrorCode = keyof typeof meanings;
export type ProtocolErrorDetail = Readonly<Record<string, number | string>>;

/** The peer broke the protocol. Our own bugs stay plain `Error`s and crash the run. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";

  constructor(
    readonly code: ProtocolErrorCode,
    readonly detail: ProtocolErrorDetail = {},
  ) {
    super(describe(code, detail));
  }
}

function describe(code: ProtocolErrorCode, detail: ProtocolErrorDetail): string {
  const facts = Object.entries(detail).map(([key, value]) => `${key} ${value}`);
  return facts.length === 0 ? meanings[code] : `${meanings[code]} (${facts.join(", ")})`;
}
