import type { Random } from "../../../scenarios/load/random.js";
import type { ThinkTimeName } from "../../../scenarios/load/think-time.js";
import type { Tags } from "../metrics/metric-selector.js";
import { isOwn } from "../segment.js";
import { checksMetric } from "./own-metrics.js";
import type { VuContext } from "./vu-context.js";
import type { Person } from "./vu-people.js";
import { VuUser } from "./vu-user.js";
import { Waits } from "./waits.js";

/** What is checked: a function of the value, or what has come of one. */
type Predicate<T> = boolean | ((value: T) => boolean);

/** What a virtual user is, whatever it does. */
export interface VuIdentity {
  /** From 1, over all scenarios: k6's `__VU`. */
  readonly id: number;
  readonly scenario: string;
  readonly env: Readonly<Record<string, string>>;
  readonly tags: Tags;
  readonly firstUser: number;
  readonly users: number;
}

/** A virtual user: what a scenario file's functions get. */
export class Vu {
  readonly id: number;
  readonly scenario: string;
  /** The scenario's `env`. */
  readonly env: Readonly<Record<string, string>>;
  /** Go with every check and every value of one's own metrics from here on, as k6's do; may be changed. */
  readonly tags: Record<string, string>;
  readonly users: readonly VuUser[];
  /** Iterations that this one has begun, from 0: k6's `__ITER`. */
  iteration = -1;
  /** Used by the run. */
  readonly waits = new Waits();
  #lateMs = 0;

  constructor(
    private readonly context: VuContext,
    { id, scenario, env, tags, firstUser, users }: VuIdentity,
    /** Its own: repeats with the run's seed. */
    readonly random: Random,
  ) {
    this.id = id;
    this.scenario = scenario;
    this.env = env;
    this.tags = { ...tags };
    this.users = Array.from({ length: users }, (_, place) => {
      const user = firstUser + place;
      return new VuUser(context, this.waits, () => this.#lateMs, user, context.messenger.nameOf(user));
    });
  }

  /** The first of its users; there is one unless `ext.teamtalk.usersPerVu` says otherwise. */
  get user(): VuUser {
    return this.users[0] as VuUser;
  }

  /** Everybody in the run, this one's users included. Whoever has not logged in yet is looked up when written to. */
  get people(): readonly Person[] {
    return Array.from({ length: this.context.users }, (_, user) => this.#person(user));
  }

  /**
   * Those of them who hear of what is made here: everybody, unless the run is parted. In a part, its own; in a setup that
   * all parts share (`--workers`), everybody.
   */
  get peopleHere(): readonly Person[] {
    if (this.context.reachesAll()) return this.people;
    return this.people.filter(({ user }) => isOwn(user, this.context.segment));
  }

  /**
   * Somebody else in the run who is online; undefined while there is nobody. Of users of other processes `--workers` know
   * who is, as of a moment ago; a `--segment` takes those for online whom the plan has at work.
   */
  anybody(): Person | undefined {
    const { users, isThere } = this.context;
    const first = this.random.below(users);
    const own = this.users.map(({ user }) => user);
    for (let place = 0; place < users; place++) {
      const user = (first + place) % users;
      if (!own.includes(user) && isThere(user)) return this.#person(user);
    }
    return undefined;
  }

  /** Waits; unlike k6's it is to be awaited. */
  async sleep(seconds: number): Promise<void> {
    if (!(seconds >= 0)) throw new RangeError("sleep wants seconds, 0 or more");
    const { sleepers, now } = this.context;
    await this.waits.for<void>((done) => {
      sleepers.sleep(now() + seconds * 1000, () => done({ value: undefined }));
    });
  }

  /** Waits as long as people do: so many seconds on average, spread exponentially unless said otherwise. */
  think(meanSeconds: number, spread: ThinkTimeName = "exponential"): Promise<void> {
    return this.sleep(this.context.thinkSeconds(meanSeconds, spread, this.random));
  }

  /**
   * As k6's: each predicate, or value, counts for `checks` and `checks{check:NAME}`; one that does not hold ends nothing.
   * True when all held. @throws Error what a predicate threw, which counts as not held, and for a promise
   */
  check<T>(value: T, predicates: Readonly<Record<string, Predicate<T>>>, tags: Tags = {}): boolean {
    let all = true;
    for (const [name, predicate] of Object.entries(predicates)) {
      let ok = false;
      try {
        ok = holds(name, predicate, value);
      } finally {
        this.#checked(name, ok, tags);
      }
      if (!ok) all = false;
    }
    return all;
  }

  /** Called by the run when an iteration begins. */
  iterationBegins(lateMs: number): void {
    this.iteration++;
    this.#lateMs = lateMs;
    this.waits.reset();
  }

  #checked(name: string, ok: boolean, tags: Tags): void {
    const sum = this.context.checks.get(name) ?? { passes: 0, fails: 0 };
    if (ok) sum.passes++;
    else sum.fails++;
    this.context.checks.set(name, sum);
    this.context.customAdded(checksMetric.name, ok ? 1 : 0, { ...this.tags, ...tags, check: name });
  }

  #person(user: number): Person {
    return { kind: "user", user, name: this.context.messenger.nameOf(user) };
  }
}

/** @throws Error for a promise, which would hold whatever comes of it */
function holds<T>(name: string, predicate: Predicate<T>, value: T): boolean {
  const answer: unknown = typeof predicate === "function" ? predicate(value) : predicate;
  if (!(answer instanceof Promise)) return Boolean(answer);
  answer.catch(() => {});
  throw new Error(`check "${name}" is asynchronous: await what it needs before, and check that`);
}
