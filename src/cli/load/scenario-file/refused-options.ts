const http = "it is about HTTP, and these users speak PDUs";
const tls = "it is about TLS, and the protocol has none";

/** Options of k6 that make no sense here, and why. */
export const refusedOptions: Readonly<Record<string, string>> = {
  batch: http,
  batchPerHost: http,
  discardResponseBodies: http,
  httpDebug: `${http}; ttk tap shows what goes over the wire`,
  maxRedirects: http,
  noConnectionReuse: http,
  noVUConnectionReuse: http,
  noCookiesReset: http,
  throw: http,
  userAgent: http,
  insecureSkipTLSVerify: tls,
  tlsAIAFetch: tls,
  tlsAuth: tls,
  tlsCipherSuites: tls,
  tlsVersion: tls,
  hosts: "say where to on the command line, with --target or --login",
  dns: "say where to on the command line, with --target or --login",
  blacklistIPs: "only the servers named on the command line are connected to",
  blockHostnames: "only the servers named on the command line are connected to",
  localIPs: "say --local-address on the command line",
  rps: "use an arrival-rate executor, which says when iterations begin",
  cloud: "there is no cloud to run in",
  executionSegment: "say which part of a run this is on the command line, with --segment",
  executionSegmentSequence: "segments are of the same size, as --segment i/n says on the command line",
  linger: "a run ends when it ends",
  metricSamplesBufferSize: "values are counted as they come",
  paused: "nothing could resume it",
  systemTags: "the tags are scenario, pull, kind and check, and one's own",
  vusMax: "VUs that may be needed are said by each executor, as maxVUs",
  summaryTimeUnit: "times are in ms everywhere",
  noSummary: "say --quiet, or write a handleSummary",
};

/** Extensions in `ext`; everything but ours is refused. */
export const refusedExtensions: Readonly<Record<string, string>> = {
  loadimpact: "there is no cloud to run in",
};
