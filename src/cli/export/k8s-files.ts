import { stringify } from "yaml";
import type { ExportFiles } from "./export-files.js";

/** What becomes a cluster and a load run in Kubernetes. */
export interface K8sChoice {
  readonly shards: number;
  /** When the steady phase begins, in all pods. */
  readonly startAt: Date;
  readonly seed: number;
  /** An image with `ttk` in it; none = Node.js, and this package from npm. */
  readonly image: string | undefined;
  readonly version: string;
  /** Users of the reference cluster. */
  readonly users: number;
  /** What stands behind `ttk load`. */
  readonly load: readonly string[];
}

const NODE_IMAGE = "node:22-slim";
const CLUSTER = "ttk-cluster";
const JOB = "ttk-load";
const MSG_PORTS = [8000, 8001];
const HTTP_PORT = 8080;
const labels = (app: string) => ({ "app.kubernetes.io/name": app, "app.kubernetes.io/part-of": "teamtalk-testkit" });

/** A reference cluster, an Indexed Job whose pods are the segments of one run, and how to use both. */
export function k8sFiles(choice: K8sChoice): ExportFiles {
  return new Map([
    ["cluster.yaml", [clusterDeployment(choice), clusterService()].map((each) => stringify(each)).join("---\n")],
    ["load.yaml", stringify(loadJob(choice))],
    ["README.md", readme(choice)],
  ]);
}

function clusterDeployment(choice: K8sChoice): object {
  const serve = ["serve", "--host", "0.0.0.0", "--advertise", CLUSTER, "--users", `${choice.users}`];
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: CLUSTER, labels: labels(CLUSTER) },
    spec: {
      replicas: 1,
      selector: { matchLabels: labels(CLUSTER) },
      template: {
        metadata: { labels: labels(CLUSTER) },
        spec: {
          containers: [
            {
              ...program("cluster", choice, serve),
              ports: [...MSG_PORTS, HTTP_PORT].map((containerPort) => ({ containerPort })),
              // Listens once every role is there.
              readinessProbe: { tcpSocket: { port: HTTP_PORT }, periodSeconds: 2 },
            },
          ],
        },
      },
    },
  };
}

function clusterService(): object {
  const ports = [...MSG_PORTS.map((port) => ({ name: `msg-${port}`, port })), { name: "login-http", port: HTTP_PORT }];
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name: CLUSTER, labels: labels(CLUSTER) },
    spec: { selector: labels(CLUSTER), ports },
  };
}

function loadJob(choice: K8sChoice): object {
  const { shards, load, seed } = choice;
  const hasTarget = load.some((each) => /^--(target|login)(=|$)/.test(each));
  const target = hasTarget ? [] : ["--target", ...MSG_PORTS.map((port) => `${CLUSTER}:${port}`)];
  // Kubernetes puts in the variables; the index is that of the pod.
  const segment = ["--segment", `$(JOB_COMPLETION_INDEX)/${shards}`, "--start-at", "$(TTK_START_AT)"];
  const args = ["load", ...load.map(asGiven), ...target, "--seed", `${seed}`, ...segment, "--report", "shard=-", "-q"];
  return {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: JOB, labels: labels(JOB) },
    spec: {
      completionMode: "Indexed",
      completions: shards,
      // All at the same time: a run that lacks a segment is none.
      parallelism: shards,
      // A segment that begins again would be late.
      backoffLimit: 0,
      template: {
        metadata: { labels: labels(JOB) },
        spec: {
          restartPolicy: "Never",
          containers: [
            {
              ...program("load", choice, args),
              env: [{ name: "TTK_START_AT", value: choice.startAt.toISOString() }],
              resources: { requests: { cpu: "1", memory: "512Mi" } },
            },
          ],
        },
      },
    },
  };
}

/** Kubernetes would put variables in, and make one of two `$`. */
function asGiven(argument: string): string {
  return argument.replaceAll(/\$(?=[$(])/g, "$$$$");
}

function program(name: string, { image, version }: K8sChoice, args: readonly string[]): object {
  if (image !== undefined) return { name, image, command: ["ttk"], args };
  return { name, image: NODE_IMAGE, command: ["npx", "--yes", `teamtalk-testkit@${version}`], args };
}

function readme({ shards, startAt }: K8sChoice): string {
  const last = shards - 1;
  return `# A load run in Kubernetes

    kubectl apply -f cluster.yaml     # a reference cluster; leave it out for servers of your own
    kubectl wait --for=condition=Available deployment/${CLUSTER} --timeout=3m
    kubectl apply -f load.yaml        # before ${startAt.toISOString()}, when all pods begin

Each of the ${shards} pods of the Indexed Job is a segment of one run: users are never shared, and no pod talks to another. A pod
that is not ready by then fails and says so; export again for another time. Clocks of the nodes must agree (NTP): latencies of
messages between segments are as exact as they are.

    kubectl wait --for=condition=Complete job/${JOB} --timeout=30m
    for i in $(seq 0 ${last}); do
      kubectl logs -l job-name=${JOB},batch.kubernetes.io/job-completion-index=$i --tail=-1 > shard$i.json
    done
    ttk report merge shard*.json --report html=run.html json=run.json
    kubectl delete job/${JOB}

A pod ends with \`ttk load\`'s exit code, so a Job that failed may still have logs worth merging: 1 = something did not hold.
Labels with the pod's index need Kubernetes 1.28.
`;
}
