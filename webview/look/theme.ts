import { css } from 'lit'

// VS Code's variables where it gives them; else the palette of its own default themes, light or dark as the browser asks.
export const pageStyles = css`
  :root {
    color-scheme: light dark;
    --w-font: var(--vscode-font-family, system-ui, -apple-system, 'Segoe UI', 'Ubuntu', 'Noto Sans', sans-serif);
    --w-mono: var(--vscode-editor-font-family, ui-monospace, 'SF Mono', 'Cascadia Mono', 'DejaVu Sans Mono', Consolas, monospace);
    --w-size: var(--vscode-font-size, 13px);
    --w-mono-size: calc(var(--w-size) - 1px);
    --w-background: var(--vscode-editor-background, light-dark(#ffffff, #1f1f1f));
    --w-raised: var(--vscode-editorWidget-background, light-dark(#f8f8f8, #202020));
    --w-bar: var(--vscode-sideBar-background, light-dark(#f8f8f8, #181818));
    --w-foreground: var(--vscode-foreground, light-dark(#3b3b3b, #cccccc));
    --w-strong: var(--vscode-editor-foreground, light-dark(#1f1f1f, #e6e6e6));
    --w-muted: var(--vscode-descriptionForeground, light-dark(#616161, #9d9d9d));
    --w-border: var(--vscode-panel-border, light-dark(#e5e5e5, #2b2b2b));
    --w-line: var(--vscode-contrastBorder, var(--w-border));
    --w-hover: var(--vscode-list-hoverBackground, light-dark(#f2f2f2, #2a2d2e));
    --w-selected: var(--vscode-list-activeSelectionBackground, light-dark(#dbeafb, #04395e));
    --w-selected-text: var(--vscode-list-activeSelectionForeground, light-dark(#1f1f1f, #ffffff));
    --w-resting: var(--vscode-list-inactiveSelectionBackground, light-dark(#e4e6f1, #37373d));
    --w-focus: var(--vscode-focusBorder, light-dark(#005fb8, #0078d4));
    --w-link: var(--vscode-textLink-foreground, light-dark(#005fb8, #4daafc));
    --w-button: var(--vscode-button-background, light-dark(#005fb8, #0078d4));
    --w-button-hover: var(--vscode-button-hoverBackground, light-dark(#0258a8, #026ec1));
    --w-button-text: var(--vscode-button-foreground, #ffffff);
    --w-second: var(--vscode-button-secondaryBackground, light-dark(#e5e5e5, #313131));
    --w-second-hover: var(--vscode-button-secondaryHoverBackground, light-dark(#cccccc, #3c3c3c));
    --w-second-text: var(--vscode-button-secondaryForeground, light-dark(#3b3b3b, #cccccc));
    --w-button-border: var(--vscode-button-border, var(--vscode-contrastBorder, transparent));
    --w-second-border: var(--vscode-button-secondaryBorder, var(--vscode-contrastBorder, transparent));
    --w-input: var(--vscode-input-background, light-dark(#ffffff, #313131));
    --w-input-text: var(--vscode-input-foreground, light-dark(#3b3b3b, #cccccc));
    --w-input-border: var(--vscode-input-border, var(--vscode-contrastBorder, light-dark(#cecece, #3c3c3c)));
    --w-placeholder: var(--vscode-input-placeholderForeground, light-dark(#6b6b6b, #989898));
    --w-badge: var(--vscode-badge-background, light-dark(#cccccc, #4d4d4d));
    --w-badge-text: var(--vscode-badge-foreground, light-dark(#3b3b3b, #f8f8f8));
    --w-code: var(--vscode-textCodeBlock-background, light-dark(#f8f8f8, #2b2b2b));
    --w-track: color-mix(in srgb, var(--w-foreground) 16%, transparent);
    --w-good: var(--vscode-testing-iconPassed, light-dark(#2f7a2f, #73c991));
    --w-bad: var(--vscode-testing-iconFailed, light-dark(#c72e0f, #f14c4c));
    --w-bad-text: var(--vscode-errorForeground, light-dark(#b01011, #f88070));
    --w-again: var(--vscode-editorWarning-foreground, light-dark(#8f5f00, #cca700));
    --w-running: var(--vscode-charts-blue, light-dark(#1a5fb4, #59a4f9));
    --w-dropped: var(--vscode-charts-purple, light-dark(#652d90, #b180d7));
    --w-production: var(--vscode-charts-red, light-dark(#c72e0f, #f14c4c));
    --w-staging: var(--vscode-charts-orange, light-dark(#a85a00, #d18616));
    --w-development: var(--vscode-charts-green, light-dark(#2f7a2f, #89d185));
    --w-shadow: var(--vscode-widget-shadow, rgb(0 0 0 / 0.24));
    --w-warning-back: var(--vscode-inputValidation-warningBackground, light-dark(#fdf6df, #352a05));
    --w-warning-line: var(--vscode-inputValidation-warningBorder, light-dark(#c9a227, #6b5a12));
    --w-error-back: var(--vscode-inputValidation-errorBackground, light-dark(#fbecec, #3a1d1d));
    --w-error-line: var(--vscode-inputValidation-errorBorder, light-dark(#be1100, #8c2b2b));
    --w-info-back: var(--vscode-inputValidation-infoBackground, light-dark(#eaf3fb, #12283a));
    --w-info-line: var(--vscode-inputValidation-infoBorder, light-dark(#7fb2e0, #1f5580));
  }
  html,
  body {
    margin: 0;
    padding: 0;
    height: 100%;
    overflow: hidden;
    background: var(--w-background);
    color: var(--w-foreground);
    font: var(--w-size) / 1.45 var(--w-font);
  }
  body.vscode-light,
  body.vscode-high-contrast-light {
    color-scheme: light;
  }
  body.vscode-dark,
  body.vscode-high-contrast:not(.vscode-high-contrast-light) {
    color-scheme: dark;
  }
`
