import { css } from 'lit'

/** Looks of the forms in dialogs. */
export const formStyles = css`
  .field {
    display: block;
    margin-top: 12px;
  }
  .field > label,
  .label {
    display: block;
    margin-bottom: 4px;
    color: var(--w-strong);
    font-weight: 600;
  }
  .field input,
  .field select,
  .field textarea {
    width: 100%;
    min-height: 28px;
  }
  textarea {
    display: block;
    min-height: 56px;
    resize: vertical;
    font-family: var(--w-mono);
    font-size: var(--w-mono-size);
    tab-size: 2;
  }
  [aria-invalid='true'] {
    border-color: var(--w-error-line);
  }
  .hint {
    margin: 4px 0 0;
    color: var(--w-muted);
    overflow-wrap: anywhere;
  }
  .hint code {
    font-family: var(--w-mono);
    font-size: var(--w-mono-size);
    color: var(--w-foreground);
    white-space: pre-wrap;
  }
  .problem {
    margin: 4px 0 0;
    min-height: 1.45em;
    color: var(--w-bad-text);
    overflow-wrap: anywhere;
  }
  .problem:empty {
    min-height: 0;
  }
  .lead {
    margin: 0;
    overflow-wrap: anywhere;
  }
  .source {
    margin: 10px 0 0;
    padding: 6px 10px;
    border: 1px solid var(--w-info-line);
    border-radius: 4px;
    background: var(--w-info-back);
    color: var(--w-strong);
    overflow-wrap: anywhere;
  }
  .source.incomplete {
    border-color: var(--w-warning-line);
    background: var(--w-warning-back);
  }
  .failed {
    margin: 12px 0 0;
    padding: 6px 10px;
    border: 1px solid var(--w-error-line);
    border-radius: 4px;
    background: var(--w-error-back);
    color: var(--w-strong);
    white-space: pre-wrap;
    overflow-wrap: anywhere;
  }
  .check {
    display: flex;
    gap: 8px;
    align-items: baseline;
    margin-top: 12px;
  }
`
