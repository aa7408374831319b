import { visibleText } from "./visible-text.js";

/** Text that somebody else chose: a server, a user, a file. It keeps to its own direction. */
export function PeerText({ children }: { readonly children: string }) {
  return <bdi>{visibleText(children)}</bdi>;
}
