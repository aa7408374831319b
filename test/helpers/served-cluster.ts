import { TtkProcess } from "./ttk-process.js";

interface Ready {
  readonly roles: readonly { readonly role: string; readonly address: string; readonly http?: string }[];
}

/** `ttk serve` as a process of its own: a whole cluster on free ports, with time limits of a twentieth. */
export class ServedCluster {
  private constructor(
    private readonly server: TtkProcess,
    private readonly ready: Ready,
  ) {}

  static async start(...options: string[]): Promise<ServedCluster> {
    const server = new TtkProcess(["serve", "--ports", "auto", "--json", "-q", "--time-scale", "0.05", ...options]);
    try {
      return new ServedCluster(server, JSON.parse(await server.line(() => true)) as Ready);
    } catch (error) {
      server.kill();
      throw error;
    }
  }

  get msgServers(): readonly string[] {
    return this.ready.roles.filter(({ role }) => role === "msg").map(({ address }) => address);
  }

  /** login_server's HTTP port. */
  get http(): string {
    return this.ready.roles.find(({ role }) => role === "login")?.http ?? "";
  }

  kill(): void {
    this.server.kill();
  }
}
