"use strict";

const DEFAULT_DEVICE = "windows";
/** What each step takes, and what it cannot do without. */
const SENT_STEPS = {
  login: { takes: ["name", "password", "device"], needs: ["name"] },
  send: { takes: ["to", "text"], needs: ["to"] },
  logout: { takes: [], needs: [] },
};

/**
 * Users of TeamTalk servers for Artillery. `config.target` is a msg_server, host:port; the steps of a flow are `login`, `send`,
 * `logout`, and Artillery's `think`, `loop`, `log` and `function`. CommonJS, because Artillery loads its engines with require.
 */
class TeamtalkEngine {
  constructor(script, events, helpers) {
    this.config = script.config ?? {};
    this.processor = this.config.processor ?? {};
    this.helpers = helpers;
    /** User ids by account name, as the server's directory has them; one for all virtual users. */
    this.directory = new Map();
  }

  createScenario(spec, events) {
    const steps = spec.flow.map((step) => this.step(step, events));
    return (initialContext, callback) => {
      const context = { ...initialContext, vars: initialContext.vars ?? {}, teamtalk: {} };
      events.emit("started");
      this.inTurn(steps, context)
        .finally(() => context.teamtalk.device?.destroy())
        .then(
          () => callback(null, context),
          (error) => {
            events.emit("error", codeOf(error));
            callback(error, context);
          },
        );
    };
  }

  /** What Artillery calls a step: a function of a context and a callback. */
  step(step, events) {
    const { helpers } = this;
    if (step.loop !== undefined) {
      const steps = step.loop.map((each) => this.step(each, events));
      const whileTrue = step.whileTrue === undefined ? undefined : this.named(step.whileTrue);
      const { loopValue, loopElement, over: overValues } = step;
      return helpers.createLoopWithCount(step.count ?? -1, steps, { loopValue, loopElement, overValues, whileTrue });
    }
    if (step.think !== undefined) return helpers.createThink(step, this.config.defaults?.think ?? {});
    if (step.log !== undefined) return said((context) => process.stdout.write(`${helpers.template(step.log, context)}\n`));
    if (step.function !== undefined) {
      const named = this.named(step.function);
      // As Artillery's own engines tell the two kinds apart.
      if (named.constructor.name === "Function") {
        return (context, callback) => named(context, events, (error) => callback(error, context));
      }
      return (context, callback) => {
        named(context, events).then(
          () => callback(null, context),
          (error) => callback(error, context),
        );
      };
    }
    const kind = Object.keys(SENT_STEPS).find((name) => step[name] !== undefined);
    if (kind === undefined) throw new Error(`no step of a teamtalk flow: ${Object.keys(step).join(", ")}`);
    requireParameters(kind, step[kind] ?? {});
    return (context, callback) => {
      this[kind](helpers.template(step[kind] ?? {}, context), context, events).then(
        () => callback(null, context),
        (error) => callback(error, context),
      );
    };
  }

  /** A function of the processor. */
  named(name) {
    const found = this.processor[name];
    if (found === undefined) throw new Error(`the processor has no function "${name}"`);
    return found;
  }

  async login({ name, password = "secret", device = DEFAULT_DEVICE }, context, events) {
    const { Device, clientTypes } = await import("teamtalk-testkit/client");
    if (clientTypes[device] === undefined) throw new Error(`login: there is no device "${device}"`);
    const connection = new Device({ clientType: device }, {
      onMessage: () => events.emit("counter", "teamtalk.messages_received", 1),
      onKick: () => events.emit("counter", "teamtalk.kicks", 1),
    });
    context.teamtalk.device?.destroy();
    context.teamtalk.device = connection;
    await timed(events, "teamtalk.connect_duration", () => connection.connect(addressOf(this.config.target)));
    await timed(events, "teamtalk.login_duration", () => connection.login({ userName: String(name), password: String(password) }));
    context.vars.userId = connection.userId;
    events.emit("counter", "teamtalk.logins", 1);
  }

  /** Resolves at the server's ack. `to` is an account's name, or a user id. */
  async send({ to, text = "" }, context, events) {
    const { CommandId, MsgType, encryptText } = await import("teamtalk-testkit/codec");
    const device = deviceOf(context, "send");
    const toId = await this.userId(to, device, CommandId.CID_BUDDY_LIST_ALL_USER_REQUEST);
    const content = Buffer.from(encryptText(String(text)));
    events.emit("counter", "teamtalk.messages_sent", 1);
    await timed(events, "teamtalk.msg_ack_duration", () => device.message(toId, MsgType.MSG_TYPE_SINGLE_TEXT, content));
    events.emit("counter", "teamtalk.messages_acked", 1);
  }

  async logout(_, context) {
    await deviceOf(context, "logout").logout();
    context.teamtalk.device = undefined;
  }

  async userId(to, device, command) {
    if (/^\d+$/.test(String(to))) return Number(to);
    if (!this.directory.has(to)) {
      const { user_list } = await device.request(command, { user_id: device.userId, latest_update_time: 0 });
      for (const user of user_list) this.directory.set(user.user_real_name, user.user_id);
    }
    const id = this.directory.get(to);
    if (id === undefined) throw new Error(`send: nobody is called "${to}"`);
    return id;
  }

  async inTurn(steps, context) {
    let current = context;
    for (const step of steps) {
      current = await new Promise((resolve, reject) => {
        step(current, (error, next) => (error ? reject(error) : resolve(next ?? current)));
      });
    }
  }
}

function said(say) {
  return (context, callback) => {
    say(context);
    callback(null, context);
  };
}

/** A slip in a script is told before anything runs. */
function requireParameters(kind, given) {
  const { takes, needs } = SENT_STEPS[kind];
  const slip = Object.keys(given).find((name) => !takes.includes(name));
  if (slip !== undefined) throw new Error(`${kind} has no "${slip}", only ${takes.join(", ") || "{}"}`);
  const missing = needs.find((name) => given[name] === undefined);
  if (missing !== undefined) throw new Error(`${kind} needs "${missing}"`);
}

function deviceOf({ teamtalk: { device } }, step) {
  if (device === undefined) throw new Error(`${step}: nobody is logged in`);
  return device;
}

/** Artillery's targets may be URLs. */
function addressOf(target) {
  const [, host, port] = /^(?:[a-z]+:\/\/)?([^/:]+):(\d+)\/?$/.exec(String(target)) ?? [];
  if (host === undefined) throw new Error(`config.target is to be host:port of a msg_server, not ${target}`);
  return { host, port: Number(port) };
}

async function timed(events, name, work) {
  const startedMs = performance.now();
  const value = await work();
  events.emit("histogram", name, performance.now() - startedMs);
  return value;
}

/** Errors are counted by this. */
function codeOf(error) {
  return error.code ?? error.message;
}

module.exports = TeamtalkEngine;
