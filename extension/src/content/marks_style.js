// The sheet of the marks. It lives in their shadow root and reaches nothing of the page, nor the page it.

export const SHEET = `
:host { all: initial; }
@media print { .layer { display: none; } }
.layer {
  --ground: #fff; --text: #1a1e23; --quiet: #474f5a; --line: #5d6672; --link: #0b4f8a;
  --urgent: #9b1115; --major: #7d4300; --moderate: #7d4300; --minor: #14568a; --unchecked: #474f5a;
  color-scheme: light dark;
  font: 14px/1.45 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; color: var(--text);
}
@media (prefers-color-scheme: dark) {
  .layer {
    --ground: #13171b; --text: #e7eaee; --quiet: #b4bcc7; --line: #7f8996; --link: #92c7ff;
    --urgent: #ff9d97; --major: #f3b760; --moderate: #f3b760; --minor: #92c7ff; --unchecked: #b4bcc7;
  }
}
.bar { position: fixed; width: 0; pointer-events: none; border-left: 4px solid var(--c); }
.tag {
  position: fixed; box-sizing: border-box; display: inline-flex; align-items: center; gap: 5px; min-width: 24px; height: 24px; margin: 0;
  padding: 0 8px; border: 2px solid var(--c); border-radius: 3px; background: var(--ground); color: var(--c);
  font: 600 13px/1 system-ui, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif; white-space: nowrap; cursor: pointer;
}
.tag:focus-visible, .card button:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; }
.urgent { --c: var(--urgent); } .major { --c: var(--major); } .moderate { --c: var(--moderate); }
.minor { --c: var(--minor); } .unchecked { --c: var(--unchecked); }
.tag.urgent, .tag.major { background: var(--c); color: var(--ground); }
.tag.minor { border-style: dotted; } .tag.unchecked { border-style: dashed; }
.bar.urgent { border-left-width: 6px; } .bar.moderate { border-left-style: double; border-left-width: 6px; }
.bar.minor { border-left-style: dotted; } .bar.unchecked { border-left-style: dashed; }
.card {
  position: fixed; z-index: 1; box-sizing: border-box; width: min(340px, calc(100vw - 16px)); max-height: 60vh; overflow: auto; padding: 8px 12px;
  border: 2px solid var(--line); border-radius: 3px; background: var(--ground); color: var(--text); overflow-wrap: break-word;
}
.card p { margin: 4px 0; } .card ul { margin: 4px 0; padding-left: 18px; } .card .quiet { color: var(--quiet); font-size: 13px; }
.card button {
  min-height: 28px; margin: 4px 8px 4px 0; padding: 2px 10px; border: 1px solid var(--link); border-radius: 3px;
  background: var(--ground); color: var(--link); font: inherit; cursor: pointer;
}
[hidden] { display: none !important; }
@media (forced-colors: active) { .tag, .card { border-color: CanvasText; } }
`;
