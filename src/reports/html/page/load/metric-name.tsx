import { Fragment } from "preact";
import { visibleText } from "../visible-text.js";

/** A metric as thresholds name it, which breaks between its words where a line is short. */
export function MetricName({ children }: { readonly children: string }) {
  const words = visibleText(children).split(/(?<=_)/);
  return (
    <bdi>
      {words.map((word, index) => (
        <Fragment key={index}>
          {index > 0 && <wbr />}
          {word}
        </Fragment>
      ))}
    </bdi>
  );
}
