import uPlot from "uplot";
import type { Mark } from "../../load/load-page-data.js";
import { visibleText } from "../visible-text.js";
import { colour } from "./theme.js";

const LABEL_SPACE_PX = 8;

/** Draws each mark as a line, with its text where the one before it leaves room. */
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
        let freeFrom = Number.NEGATIVE_INFINITY;
        for (const { atMs, text } of marks) {
          const x = Math.round(plot.valToPos(atMs / 1000, "x", true));
          if (x < bbox.left || x > bbox.left + bbox.width) continue;
          ctx.beginPath();
          ctx.moveTo(x, bbox.top);
          ctx.lineTo(x, bbox.top + bbox.height);
          ctx.stroke();
          const shown = visibleText(text);
          const { width } = ctx.measureText(shown);
          const left = Math.min(x, bbox.left + bbox.width - width);
          if (!hasLabels || left < freeFrom) continue;
          ctx.fillText(shown, left, bbox.top - 2 * uPlot.pxRatio);
          freeFrom = left + width + LABEL_SPACE_PX * uPlot.pxRatio;
        }
        ctx.restore();
      },
    },
  };
}
