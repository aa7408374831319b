import { conLifeCases } from "./cases/con-life.js";
import { filTransferCases } from "./cases/fil-transfer.js";
import { frmBodyCases } from "./cases/frm-bodies.js";
import { frmHeaderCases } from "./cases/frm-header.js";
import { frmStreamCases } from "./cases/frm-stream.js";
import { grpMembershipCases } from "./cases/grp-membership.js";
import { grpMessageCases } from "./cases/grp-messages.js";
import { lgnAccountCases } from "./cases/lgn-account.js";
import { lgnDeviceCases } from "./cases/lgn-devices.js";
import { lgnLoginCases } from "./cases/lgn-login.js";
import { msgDeliveryCases } from "./cases/msg-delivery.js";
import { msgHistoryCases } from "./cases/msg-history.js";
import { msgIdCases } from "./cases/msg-ids.js";
import { msgSessionCases } from "./cases/msg-sessions.js";
import { prePresenceCases } from "./cases/pre-presence.js";
import { pulListCases } from "./cases/pul-lists.js";
import { pulStateCases } from "./cases/pul-state.js";
import type { ConformanceCase } from "./conformance-case.js";

/** Every case for a msg_server as clients see it. */
export const allCases: readonly ConformanceCase[] = [
  ...frmStreamCases,
  ...frmHeaderCases,
  ...frmBodyCases,
  ...conLifeCases,
  ...lgnLoginCases,
  ...lgnDeviceCases,
  ...lgnAccountCases,
  ...pulListCases,
  ...pulStateCases,
  ...msgDeliveryCases,
  ...msgIdCases,
  ...msgHistoryCases,
  ...msgSessionCases,
  ...grpMessageCases,
  ...grpMembershipCases,
  ...prePresenceCases,
  ...filTransferCases,
];
