/** OBS-02. */
export class MsgCounts {
  logins = 0;
  loginsRefused = 0;
  kicks = 0;
  messagesAccepted = 0;
  /** Beyond groupMembersMax or groupNameMaxChars. */
  groupsRefused = 0;
  /** Not confirmed by 0x0302 within 15 to 30 s (MSG-13). */
  missedAcks = 0;
  /** Requests that were not taken because pendingRequestsMax was reached. */
  requestsOverPending = 0;
  /** Connections that gave way to others before they logged in. */
  strangersDropped = 0;
  /** MSG-06, MSG-07, MSG-12, MSG-23, GRP-07. */
  messagesRefused = 0;
  /** MSG-08. */
  messagesOverRate = 0;
  /** 0x0601 beyond peerCommandsPerSecondMax. */
  peerCommandsOverRate = 0;
  /** 0x0506, 0x050b and 0x050c beyond fileRequestsPerSecondMax. */
  fileRequestsOverRate = 0;
  /** 0x0302 received (MSG-13). */
  dataAcks = 0;
  /** Requests that the database did not answer. */
  databaseFailures = 0;
  /** 0x020a that no route_server answered. */
  statusFailures = 0;
  /** What route_servers sent that is no news, or cannot be decoded (RTE-10). */
  routeIgnored = 0;
}
