import { css } from 'lit'

/** Looks of the messages of a queue: a line about the queue, what can be done, the list, and the message that is chosen. */
export const messagesStyles = css`
  :host {
    position: relative;
    display: flex;
    flex-direction: column;
    min-height: 0;
    container: messages / inline-size;
  }
  .head {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 4px 12px;
    min-height: 41px;
    padding: 6px 12px;
    border-bottom: 1px solid var(--w-line);
  }
  h2 {
    display: flex;
    align-items: center;
    gap: 8px;
    min-width: 0;
    margin: 0;
    font-size: 1.077em;
    font-weight: 600;
    color: var(--w-strong);
    overflow-wrap: anywhere;
    unicode-bidi: isolate;
  }
  .about {
    color: var(--w-muted);
    overflow-wrap: anywhere;
  }
  .actions {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 6px;
    margin-inline-start: auto;
  }
  .bar {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 6px 8px;
    padding: 6px 12px;
    border-bottom: 1px solid var(--w-line);
  }
  .bar input {
    flex: 1 1 180px;
    max-width: 320px;
    min-height: 26px;
  }
  .bar .told {
    color: var(--w-muted);
  }
  .note {
    display: flex;
    align-items: baseline;
    gap: 8px;
    margin: 0;
    padding: 5px 12px;
    border-bottom: 1px solid var(--w-line);
    color: var(--w-muted);
    overflow-wrap: anywhere;
  }
  .note .icon {
    align-self: flex-start;
    margin-top: 2px;
  }
  .note.failed {
    background: var(--w-error-back);
    color: var(--w-strong);
  }
  .note .button {
    min-height: 22px;
    margin-inline-start: auto;
  }
  .body {
    display: flex;
    flex: 1;
    min-height: 0;
  }
  .body > warren-messages-list {
    flex: 1 1 0;
    min-width: 0;
    min-height: 72px;
  }
  .body > warren-message {
    flex: 0 0 42%;
    min-width: 0;
    border-inline-start: 1px solid var(--w-line);
  }
  @container messages (max-width: 760px) {
    .body {
      flex-direction: column;
    }
    .body > warren-message {
      flex: 0 0 50%;
      border-inline-start: 0;
      border-top: 1px solid var(--w-line);
    }
    .actions {
      margin-inline-start: 0;
    }
  }
  .calm {
    flex: 1;
    min-height: 0;
    overflow: auto;
    display: grid;
    place-items: center;
    padding: 24px 16px;
  }
  .calm > section {
    max-width: 560px;
    outline: none;
  }
  .calm h3 {
    display: flex;
    align-items: center;
    gap: 8px;
    margin: 0 0 8px;
    font-size: 1.15em;
    font-weight: 600;
    color: var(--w-strong);
  }
  .calm p {
    margin: 0 0 10px;
    overflow-wrap: anywhere;
  }
  .calm ul {
    margin: 0 0 14px;
    padding-inline-start: 20px;
  }
  .calm li {
    margin-bottom: 4px;
    overflow-wrap: anywhere;
  }
  .quiet {
    color: var(--w-muted);
  }
`
