/** What a TCP segment needs to know of the IP packet that carried it. One is reused for every packet. */
export interface IpPayload {
  /** The buffer that holds addresses and payload: the frame itself, or a reassembled datagram. */
  bytes: Buffer;
  isIpv6: boolean;
  sourceAt: number;
  destinationAt: number;
  protocol: number;
  payloadAt: number;
  /** Where the payload that was captured ends. */
  capturedEnd: number;
  /** Where the payload ended on the wire; beyond `capturedEnd` when the capture kept less. */
  end: number;
}

export function newIpPayload(): IpPayload {
  return {
    bytes: Buffer.alloc(0),
    isIpv6: false,
    sourceAt: 0,
    destinationAt: 0,
    protocol: 0,
    payloadAt: 0,
    capturedEnd: 0,
    end: 0,
  };
}
