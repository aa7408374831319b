import uPlot from "uplot";
import type { Mark } from "../../load/load-page-data.js";
import { visibleText } from "../visible-text.js";
import { colour } from "./theme.js";

const LABEL_SPACE_PX = 8;

/** Draws each mark as a line, with its text where others leave room: names that people gave before those of stages. */
export function marksPlugin(marks: readonly Mark[], hasLabels: boolean): uPlot.Plugin {
  return {
    hooks: {
      draw: (plot) => {
        const { ctx, bbox } = plot;
        ctx.save();
        ctx.strokeStyle = colour("muted");
        ctx.fillStyle = colour("muted");
        ctx.lineWidth = uPlot.pxRatio;
        ctx.setLineDash([3 * uPlot.pxRatio, 3 * uPlot.pxRatio]);
        ctx.font = `${11 * uPlot.pxRatio}px system-ui, sans-serif`;
        ctx.textAlign = "left";
        ctx.textBaseline = "bottom";
        const space = LABEL_SPACE_PX * uPlot.pxRatio;
        const taken: (readonly [from: number, to: number])[] = [];
        for (const { atMs, text } of [...marks].sort((one, other) => Number(other.isTag) - Number(one.isTag))) {
          const x = Math.round(plot.valToPos(atMs / 1000, "x", true));
          if (x < bbox.left || x > bbox.left + bbox.width) continue;
          ctx.beginPath();
          ctx.moveTo(x, bbox.top);
          ctx.lineTo(x, bbox.top + bbox.height);
          ctx.stroke();
          const shown = visibleText(text);
          const { width } = ctx.measureText(shown);
          const left = Math.min(x, bbox.left + bbox.width - width);
          const isTaken = taken.some(([from, to]) => left < to + space && left + width > from - space);
          if (!hasLabels || isTaken) continue;
          ctx.fillText(shown, left, bbox.top - 2 * uPlot.pxRatio);
          taken.push([left, left + width]);
        }
        ctx.restore();
      },
    },
  };
}
