import { css, html, svg } from 'lit'
import type { TemplateResult } from 'lit'

const [barWidth, height] = [4, 20]

/**
 * A bar for each count, the tallest as high as there is room; none is a dot on the ground.
 * @param marked places with a line over them
 */
export function sparkline(counts: readonly number[], marked: readonly number[] = []): TemplateResult {
  const most = Math.max(1, ...counts)
  const width = counts.length * barWidth - 1
  return html`<svg viewBox="0 0 ${width} ${height}" width=${width} height=${height} aria-hidden="true">
    ${counts.map((count, index) => {
      const tall = count === 0 ? 1 : Math.max(2, Math.round((count / most) * height))
      return svg`<rect class=${count === 0 ? 'none' : 'some'} x=${index * barWidth} y=${height - tall} width=${barWidth - 1} height=${tall} />`
    })}
    ${marked.map((index) => svg`<path class="mark" d="M${index * barWidth + 1.5} 0V${height}" />`)}
  </svg>`
}

/** Colours of the bars: `--bar` where the owner sets it. */
export const sparklineStyles = css`
  svg {
    display: block;
  }
  .some {
    fill: var(--bar, var(--w-running));
  }
  .none {
    fill: var(--w-track);
  }
  .mark {
    stroke: var(--w-strong);
    stroke-dasharray: 2 2;
  }
  @media (forced-colors: active) {
    .some,
    .none {
      fill: CanvasText;
    }
  }
`
