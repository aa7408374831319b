import type { TapObserver } from "./tap-observer.js";

/** One observer for several, which are told in turn. */
export function joinedObserver(all: readonly TapObserver[]): TapObserver {
  return {
    onOpen: (...what) => {
      for (const each of all) each.onOpen?.(...what);
    },
    onPdu: (...what) => {
      for (const each of all) each.onPdu?.(...what);
    },
    onReceived: (...what) => {
      for (const each of all) each.onReceived?.(...what);
    },
    onSent: (...what) => {
      for (const each of all) each.onSent?.(...what);
    },
    onUnframed: (...what) => {
      for (const each of all) each.onUnframed?.(...what);
    },
    onLongPdu: (...what) => {
      for (const each of all) each.onLongPdu?.(...what);
    },
    onEnd: (...what) => {
      for (const each of all) each.onEnd?.(...what);
    },
    onClose: (...what) => {
      for (const each of all) each.onClose?.(...what);
    },
    onUnreachable: (...what) => {
      for (const each of all) each.onUnreachable?.(...what);
    },
  };
}
