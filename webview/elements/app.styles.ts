import { css } from 'lit'

/** Looks of the page's frame. */
export const appStyles = css`
  :host {
    display: flex;
    flex-direction: column;
    position: absolute;
    inset: 0;
    overflow: hidden;
    background: var(--w-background);
    color: var(--w-foreground);
  }
  .panel {
    display: flex;
    flex-direction: column;
    flex: 1;
    min-height: 0;
  }
  .panel > warren-failures,
  .panel > warren-statistics,
  .panel > warren-queues,
  .panel > warren-messages,
  .panel > warren-workers {
    flex: 1;
  }
  .whole {
    display: grid;
    place-content: center;
    justify-items: center;
    gap: 8px;
    flex: 1;
    padding: 24px;
    text-align: center;
    color: var(--w-muted);
  }
  .body {
    display: flex;
    flex: 1;
    min-height: 0;
  }
  .body.stacked {
    flex-direction: column;
  }
  .feed {
    position: relative;
    display: grid;
    grid-template-rows: minmax(0, 1fr) auto;
    flex: 1 1 0;
    min-width: 0;
    min-height: 72px;
  }
  .feed:has(warren-selection-bar) {
    min-height: 132px;
  }
  .feed > warren-empty {
    position: absolute;
    inset: 24px 0 0;
  }
  warren-detail {
    flex: 0 0 40%;
    border-inline-start: 1px solid var(--w-line);
  }
  .stacked warren-detail {
    border-inline-start: 0;
    border-top: 1px solid var(--w-line);
  }
  .banner {
    display: flex;
    align-items: center;
    gap: 8px;
    min-height: 30px;
    padding: 2px 12px;
    border-bottom: 1px solid var(--w-line);
    background: var(--w-warning-back);
    color: var(--w-strong);
  }
  .banner span {
    min-width: 0;
    overflow-wrap: anywhere;
  }
  .banner .button {
    min-height: 22px;
    margin-inline-start: auto;
  }
`
