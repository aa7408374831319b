import { Box, Text } from "ink";
import type { ReactElement } from "react";

/** Lines of styled text, each cut at the edge. `height`: so many lines of the screen, empty ones below what there is. */
export function Lines({
  lines,
  height,
}: {
  readonly lines: readonly string[];
  readonly height?: number;
}): ReactElement {
  return (
    <Box flexDirection="column" flexShrink={0} {...(height === undefined ? {} : { height })}>
      {lines.map((line, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is known by its place on the screen, and by nothing else
        <Text key={at} wrap="truncate">
          {line === "" ? " " : line}
        </Text>
      ))}
    </Box>
  );
}
