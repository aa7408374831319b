/** `import … from "teamtalk-testkit/client"`: one device of a user, and a peer that states expectations. */
export { ClientError, type ClientErrorCode } from "../client/client-error.js";
export { type ClientTypeName, clientTypes, isMobile } from "../client/client-type.js";
export {
  type Credentials,
  Device,
  type DeviceHandler,
  type DeviceOptions,
  type LoginAnswer,
} from "../client/device.js";
export { discoverByHttp, discoverByPdu, type MsgServerOffer } from "../client/discover.js";
export { ExpectationError } from "../client/expectation-error.js";
export { PduTrace, type TraceEntry } from "../client/pdu-trace.js";
export {
  type Address,
  DialError,
  type ExpectOptions,
  PduPeer,
  type PeerOptions,
  type ReceivedPdu,
} from "../client/peer.js";
export { type Pulled, type PullName, type PullOptions, pullAll } from "../client/pull-all.js";
export { type RequestId, type ResponseBody, responseOf } from "../client/requests.js";
