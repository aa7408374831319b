import { conLifeCases } from "./cases/con-life.js";
import { dbpAccountCases } from "./cases/db/dbp-accounts.js";
import { dbpGroupCases } from "./cases/db/dbp-groups.js";
import { dbpLinkCases } from "./cases/db/dbp-links.js";
import { dbpMessageCases } from "./cases/db/dbp-messages.js";
import { filTransferCases } from "./cases/fil-transfer.js";
import { filTaskCases } from "./cases/file/fil-tasks.js";
import { filTransferRoleCases } from "./cases/file/fil-transfers.js";
import { frmBodyCases } from "./cases/frm-bodies.js";
import { frmHeaderCases } from "./cases/frm-header.js";
import { frmStreamCases } from "./cases/frm-stream.js";
import { grpMembershipCases } from "./cases/grp-membership.js";
import { grpMessageCases } from "./cases/grp-messages.js";
import { hmsChangeCases } from "./cases/http-msg/hms-change.js";
import { hmsCreateCases } from "./cases/http-msg/hms-create.js";
import { hmsLinkCases } from "./cases/http-msg/hms-links.js";
import { hmsRequestCases } from "./cases/http-msg/hms-requests.js";
import { isoFileCases } from "./cases/isolated/iso-files.js";
import { isoForwardCases } from "./cases/isolated/iso-forward.js";
import { isoLinkCases } from "./cases/isolated/iso-links.js";
import { isoLoginCases } from "./cases/isolated/iso-login.js";
import { isoMessageCases } from "./cases/isolated/iso-messages.js";
import { isoNewsCases } from "./cases/isolated/iso-news.js";
import { isoPushCases } from "./cases/isolated/iso-push.js";
import { lgnAccountCases } from "./cases/lgn-account.js";
import { lgnDeviceCases } from "./cases/lgn-devices.js";
import { lgnLoginCases } from "./cases/lgn-login.js";
import { lsvDiscoveryCases } from "./cases/login/lsv-discovery.js";
import { lsvRegistrationCases } from "./cases/login/lsv-registration.js";
import { mfsFileCases } from "./cases/msfs/mfs-files.js";
import { msgDeliveryCases } from "./cases/msg-delivery.js";
import { msgHistoryCases } from "./cases/msg-history.js";
import { msgIdCases } from "./cases/msg-ids.js";
import { msgSessionCases } from "./cases/msg-sessions.js";
import { prePresenceCases } from "./cases/pre-presence.js";
import { pulListCases } from "./cases/pul-lists.js";
import { pulStateCases } from "./cases/pul-state.js";
import { rteLinkCases } from "./cases/route/rte-links.js";
import { rtePresenceCases } from "./cases/route/rte-presence.js";
import { rteRelayCases } from "./cases/route/rte-relay.js";
import { rteStatusCases } from "./cases/route/rte-status.js";
import type { ConformanceCase } from "./conformance-case.js";

/** For a msg_server as clients see it. */
const msgCases: readonly ConformanceCase[] = [
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

/** For a route_server as msg_servers see it. */
const routeCases: readonly ConformanceCase[] = [
  ...rteStatusCases,
  ...rtePresenceCases,
  ...rteRelayCases,
  ...rteLinkCases,
];

/** For a login_server as msg_servers and clients see it. */
const loginCases: readonly ConformanceCase[] = [...lsvRegistrationCases, ...lsvDiscoveryCases];

/** For a db_proxy_server as msg_servers see it. */
const dbCases: readonly ConformanceCase[] = [...dbpAccountCases, ...dbpMessageCases, ...dbpGroupCases, ...dbpLinkCases];

/** For a file_server as msg_servers and clients see it. */
const fileCases: readonly ConformanceCase[] = [...filTaskCases, ...filTransferRoleCases];

/** For a http_msg_server around which the suite plays the database and the route_server. */
const httpMsgCases: readonly ConformanceCase[] = [
  ...hmsCreateCases,
  ...hmsChangeCases,
  ...hmsRequestCases,
  ...hmsLinkCases,
];

/** For an msfs as clients see it. */
const msfsCases: readonly ConformanceCase[] = [...mfsFileCases];

/** For a msg_server around which the suite plays every other server. */
const isolatedCases: readonly ConformanceCase[] = [
  ...isoLoginCases,
  ...isoForwardCases,
  ...isoMessageCases,
  ...isoNewsCases,
  ...isoPushCases,
  ...isoFileCases,
  ...isoLinkCases,
];

/** Every case there is, for servers of every role. */
export const allCases: readonly ConformanceCase[] = [
  ...msgCases,
  ...routeCases,
  ...loginCases,
  ...dbCases,
  ...fileCases,
  ...httpMsgCases,
  ...msfsCases,
  ...isolatedCases,
];
