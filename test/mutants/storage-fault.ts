import type { Storage } from "../../src/server/storage/storage.js";

/** Some methods of one part of a store replaced; each is given the part as it was. */
export function storageFault<Part extends Exclude<keyof Storage, "isRemote">>(
  part: Part,
  faulty: (sound: Storage[Part], storage: Storage) => Partial<Storage[Part]>,
): (storage: Storage) => Storage {
  return (storage) => {
    const sound = storage[part];
    return overridden(storage, { [part]: overridden(sound, faulty(sound, storage)) } as Partial<Storage>);
  };
}

/** The same object but for some of its fields. Its methods keep their `this`: classes have private fields. */
function overridden<T extends object>(whole: T, changed: Partial<T>): T {
  return new Proxy(whole, {
    get(target, name) {
      if (name in changed) return changed[name as keyof T];
      const value: unknown = Reflect.get(target, name);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
