import { ClientType } from "../codec/generated/enums.js";

/** The four kinds of device, as people name them. */
export const clientTypes = {
  windows: ClientType.CLIENT_TYPE_WINDOWS,
  mac: ClientType.CLIENT_TYPE_MAC,
  ios: ClientType.CLIENT_TYPE_IOS,
  android: ClientType.CLIENT_TYPE_ANDROID,
} as const;
export type ClientTypeName = keyof typeof clientTypes;

/** LGN-10: equal upper halves make a class; a login kicks the older one of its class. */
export function isMobile(clientType: ClientType): boolean {
  return (clientType & 0x10) !== 0;
}
