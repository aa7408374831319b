import type { BaseScenario, Options, Scenario } from "k6/options";

/** A scenario that looks for the highest arrival rate at which its condition holds. k6 has no such executor. */
export interface FindMaxScenario extends Omit<BaseScenario, "executor"> {
  executor: "find-max";
  /** What must hold during each step, as in `msg_delivery_duration:p(99)<100`. */
  condition: string | string[];
  /** Iterations a second of the first step. */
  startRate: number;
  /** No step goes above this. */
  maxRate?: number;
  /** How long each rate is kept up; 10s unless given. */
  stepDuration?: string;
  /** How long, at most, the next step waits for the messages of the last one; 5s unless given. */
  coolDown?: string;
  /** How long the first rate is kept up before the first step, for logins; as long as a step unless given. */
  warmUp?: string;
  /** How close a rate that holds and one that does not must come; 0.05 unless given. */
  precision?: number;
  preAllocatedVUs: number;
  maxVUs?: number;
}

/** k6's options with what k6 has no word for. A file that needs none of that may use `Options` of k6/options. */
export type LoadOptions = Omit<Options, "scenarios" | "ext"> & {
  scenarios?: Record<string, Scenario | FindMaxScenario>;
  /** Leave out the file's setup; k6 has it, and its types have not. */
  noSetup?: boolean;
  /** The same of teardown. */
  noTeardown?: boolean;
  ext?: {
    teamtalk?: {
      /** Users that each virtual user has; 1 unless given. */
      usersPerVu?: number;
      /** Of a message without a text of its own. */
      messageSizeBytes?: number;
      /** Texts go as the shipped clients send them: AES, then base64. */
      encrypted?: boolean;
      /** Messages without a text of their own that are audio, from 0 to 1. */
      audioShare?: number;
      /** Users whose unread counts and history are compared in the end, from 0 to 1; 0 unless given. */
      finalCheckShare?: number;
      /** Groups that the file may make; 1000 unless given. */
      groupsMax?: number;
      /** Members that each of them may have; 100 unless given. */
      groupMembersMax?: number;
    };
  };
};
