import { css } from 'lit'

/** Headings of the pane's sections, wherever they stand. */
export const sectionStyles = css`
  h3 {
    display: flex;
    align-items: baseline;
    gap: 8px;
    margin: 18px 0 5px;
    font-size: 0.846em;
    font-weight: 600;
    letter-spacing: 0.04em;
    text-transform: uppercase;
    color: var(--w-muted);
  }
`

/** Looks of the detail pane: a quiet column of text, made to be read from top to bottom. */
export const detailStyles = css`
  :host {
    display: block;
    min-width: 0;
    min-height: 0;
    overflow: hidden auto;
    background: var(--w-background);
    container: detail / inline-size;
  }
  section {
    position: relative;
    padding: 10px 16px 24px;
    min-height: 100%;
    outline: none;
  }
  section:focus-visible {
    box-shadow: inset 0 0 0 1px var(--w-focus);
  }
  .close {
    position: absolute;
    top: 8px;
    inset-inline-end: 10px;
  }
  h2 {
    margin: 0;
    padding-inline-end: 32px;
    font-size: 1.15em;
    font-weight: 600;
    color: var(--w-strong);
    overflow-wrap: anywhere;
  }
  h2 .module {
    font-weight: 400;
    color: var(--w-muted);
  }
  .under {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 2px 14px;
    margin-top: 4px;
  }
  .state {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    color: var(--w-strong);
  }
  .id {
    display: inline-flex;
    align-items: center;
    gap: 6px;
    max-width: 100%;
    padding: 1px 4px;
    border: 0;
    border-radius: 3px;
    background: none;
    color: var(--w-muted);
    overflow-wrap: anywhere;
    text-align: start;
  }
  .id:hover {
    background: var(--w-hover);
    color: var(--w-strong);
  }
  .id .icon {
    opacity: 0.7;
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    gap: 6px;
    margin-top: 10px;
  }
  .orphan {
    display: flex;
    gap: 6px;
    margin: 10px 0 0;
  }
  .reason {
    margin: 6px 0 0;
    color: var(--w-muted);
  }
  .quiet {
    color: var(--w-muted);
    margin: 4px 40px 0 0;
    overflow-wrap: anywhere;
  }
  .error {
    display: flex;
    align-items: baseline;
    gap: 8px;
    margin-top: 14px;
    padding: 6px 10px;
    border: 1px solid var(--w-error-line);
    border-radius: 4px;
    background: var(--w-error-back);
    color: var(--w-strong);
    overflow-wrap: anywhere;
  }
  .error .mono {
    flex: 1;
    min-width: 0;
    white-space: pre-wrap;
  }
  .error .icon {
    align-self: flex-start;
    margin-top: 1px;
  }
  .progress {
    margin-top: 14px;
    display: flex;
    flex-wrap: wrap;
    gap: 4px 12px;
    align-items: baseline;
  }
  .progress strong {
    color: var(--w-strong);
  }
  .bar {
    flex: 1 0 100%;
    height: 6px;
    border-radius: 3px;
    background: var(--w-track);
    outline: 1px solid var(--vscode-contrastBorder, transparent);
    overflow: hidden;
  }
  .done {
    height: 100%;
    background: var(--w-running);
    transition: width 0.2s linear;
  }
  dl {
    display: grid;
    grid-template-columns: 92px minmax(0, 1fr);
    gap: 3px 12px;
    margin: 16px 0 0;
  }
  h3 + dl {
    margin-top: 0;
  }
  dl > div {
    display: contents;
  }
  @container detail (min-width: 460px) {
    dl {
      grid-template-columns: 72px minmax(0, 1fr) 72px minmax(0, 1fr);
    }
    h3 + dl {
      grid-template-columns: 92px minmax(0, 1fr);
    }
    dl > .wide > dt {
      grid-column: 1;
    }
    dl > .wide > dd {
      grid-column: 2 / -1;
    }
  }
  dt {
    color: var(--w-muted);
  }
  dd {
    margin: 0;
    overflow-wrap: anywhere;
    color: var(--w-strong);
    unicode-bidi: isolate;
  }
  .related {
    display: block;
    max-width: 100%;
    overflow-wrap: anywhere;
  }
  .nameless {
    font-style: italic;
  }
  .moving {
    width: 30%;
    height: 100%;
    background: var(--w-running);
    animation: move 1.8s ease-in-out infinite alternate;
  }
  @keyframes move {
    to {
      margin-inline-start: 70%;
    }
  }
  @media (prefers-reduced-motion: reduce) {
    .moving {
      width: 100%;
      opacity: 0.5;
      animation: none;
    }
  }
  .message {
    color: var(--w-muted);
    overflow-wrap: anywhere;
  }
  @media (forced-colors: active) {
    .moving,
    .done {
      background: Highlight;
      forced-color-adjust: none;
    }
  }
`
