/** How built-in tags and the container's own parts look. Colours and sizes follow DingTalk's client. */
export const BASE_STYLE = `
.mini-phone{position:relative;display:flex;flex-direction:column;width:375px;height:100%;overflow:hidden;background:#f5f6f7;color:#171a1d;font-size:16px;line-height:1.5;text-align:left;-webkit-tap-highlight-color:transparent}
.mini-phone *,.mini-phone *::before,.mini-phone *::after{box-sizing:border-box}
.mini-phone [hidden]{display:none}
.mini-title-bar{display:flex;flex:none;align-items:center;justify-content:center;position:relative;height:44px;background:#fff;border-bottom:1px solid #eceef0}
.mini-title-bar h1{margin:0;max-width:240px;overflow:hidden;font-size:17px;font-weight:600;text-overflow:ellipsis;white-space:nowrap}
.mini-back{position:absolute;left:4px;top:0;width:44px;height:44px;padding:0 0 4px;border:0;background:none;color:inherit;font:300 34px/40px sans-serif;cursor:pointer}
.mini-screen{position:relative;flex:1;min-height:0;overflow:hidden;container-type:size;transform:translateZ(0)}
.mini-page{height:100%;overflow:hidden auto;overscroll-behavior:contain}
.mini-pull{padding:12px;color:#8f959e;font-size:13px;text-align:center}
.mini-tab-bar{display:flex;flex:none;height:50px;background:#fff;border-top:1px solid #eceef0}
.mini-tab-bar button{flex:1;border:0;background:none;color:#8f959e;font:inherit;font-size:12px;cursor:pointer}
.mini-tab-bar img{display:block;width:24px;height:24px;margin:0 auto 1px}
.mini-tab-bar button[aria-current]{color:#1677ff;font-weight:600}
.mini-overlay{position:absolute;inset:0;pointer-events:none}
.mini-overlay>*{pointer-events:auto}
.mini-dialog{position:absolute;inset:0;display:flex;align-items:center;justify-content:center;background:rgba(0,0,0,.45)}
.mini-dialog-box{width:280px;overflow:hidden;border-radius:12px;background:#fff;text-align:center}
.mini-dialog-box h2{margin:22px 20px 0;font-size:17px;font-weight:600}
.mini-dialog-box p{margin:10px 20px 0;color:#5c636b;font-size:15px;white-space:pre-line;overflow-wrap:anywhere}
.mini-dialog-buttons{display:flex;margin-top:22px;border-top:1px solid #eceef0}
.mini-dialog-buttons button{flex:1;height:48px;border:0;background:none;color:#171a1d;font:inherit;cursor:pointer}
.mini-dialog-buttons button+button{border-left:1px solid #eceef0}
.mini-dialog-buttons button:last-child{color:#1677ff;font-weight:600}
.mini-toast,.mini-loading{position:absolute;left:50%;top:45%;max-width:260px;padding:12px 18px;border-radius:8px;background:rgba(23,26,29,.86);color:#fff;font-size:14px;text-align:center;transform:translate(-50%,-50%)}
.mini-loading i,.mini-button-loading{display:inline-block;width:16px;height:16px;margin-right:8px;border:2px solid currentColor;border-right-color:transparent;border-radius:50%;vertical-align:-3px;animation:mini-turn .8s linear infinite}
@keyframes mini-turn{to{transform:rotate(1turn)}}
mini-view,mini-form,mini-scroll-view,mini-swiper,mini-swiper-item,mini-picker,mini-slider,mini-progress,mini-rich-text,mini-navigator,mini-movable-area,mini-cover-view,mini-checkbox-group,mini-radio-group,mini-web-view{display:block}
mini-text{white-space:pre-line}
mini-text[data-selectable]{user-select:text}
mini-image{display:inline-block;width:300px;height:225px;overflow:hidden}
mini-image img{display:block;-webkit-user-drag:none;width:100%;height:100%}
mini-image[data-mode=widthFix],mini-image[data-mode=widthFix] img{height:auto}
mini-icon{display:inline-block;line-height:1}
mini-button{display:block;position:relative;padding:0 16px;border-radius:8px;background:#fff;box-shadow:inset 0 0 0 1px #dcdfe3;color:#171a1d;font-size:17px;line-height:46px;text-align:center;cursor:pointer;user-select:none}
mini-button[data-type=primary]{background:#1677ff;box-shadow:none;color:#fff}
mini-button[data-type=warn]{background:#ff5219;box-shadow:none;color:#fff}
mini-button[data-size=mini]{display:inline-block;font-size:14px;line-height:30px}
mini-button[aria-disabled]{opacity:.45;cursor:default}
mini-button:active:not([aria-disabled]){filter:brightness(.94)}
mini-button:focus-visible,mini-switch:focus-visible,mini-checkbox:focus-visible,mini-radio:focus-visible{outline:2px solid #1677ff;outline-offset:2px}
mini-input,mini-textarea{display:block}
mini-input input,mini-textarea textarea{display:block;width:100%;margin:0;padding:0;border:0;outline:0;background:none;color:inherit;font:inherit;text-align:inherit;resize:none}
mini-input input{height:100%;min-height:1.5em}
mini-input input::placeholder,mini-textarea textarea::placeholder{color:#a2a3a5}
mini-scroll-view[data-x]{overflow-x:auto;overflow-y:hidden}
mini-scroll-view[data-y]{overflow-x:hidden;overflow-y:auto}
mini-swiper{position:relative;height:150px;overflow:hidden;touch-action:pan-y;user-select:none}
mini-swiper[data-vertical]{touch-action:pan-x}
.mini-swiper-track{display:flex;height:100%;transition:transform .3s}
mini-swiper[data-vertical] .mini-swiper-track{flex-direction:column}
mini-swiper-item{flex:0 0 100%;height:100%;overflow:hidden}
.mini-swiper-dots{position:absolute;left:0;right:0;bottom:8px;text-align:center}
.mini-swiper-dots i{display:inline-block;width:8px;height:8px;margin:0 4px;border-radius:50%;background:rgba(0,0,0,.25)}
.mini-swiper-dots i[data-active]{background:#1677ff}
mini-picker{position:relative}
mini-picker select{position:absolute;inset:0;width:100%;height:100%;opacity:0;cursor:pointer}
mini-switch{display:inline-block;position:relative;width:51px;height:31px;border-radius:16px;background:#dcdfe3;vertical-align:middle;cursor:pointer;transition:background .2s}
mini-switch::after{content:"";position:absolute;left:2px;top:2px;width:27px;height:27px;border-radius:50%;background:#fff;box-shadow:0 1px 3px rgba(0,0,0,.3);transition:transform .2s}
mini-switch[data-checked]{background:var(--mini-color)}
mini-switch[data-checked]::after{transform:translateX(20px)}
mini-checkbox,mini-radio{display:inline-block;position:relative;width:20px;height:20px;border:1px solid #b9bdc2;border-radius:4px;background:#fff;vertical-align:-4px;cursor:pointer}
mini-radio{border-radius:50%}
mini-checkbox[data-checked],mini-radio[data-checked]{border-color:var(--mini-color);background:var(--mini-color)}
mini-checkbox[data-checked]::after,mini-radio[data-checked]::after{content:"";position:absolute;left:6px;top:2px;width:6px;height:11px;border:solid #fff;border-width:0 2px 2px 0;transform:rotate(45deg)}
mini-slider{display:flex;align-items:center;gap:12px;padding:8px 0}
mini-slider input{flex:1;accent-color:#1677ff}
mini-progress{display:flex;align-items:center;gap:10px}
.mini-progress-bar{flex:1;height:6px;overflow:hidden;border-radius:3px;background:#eceef0}
.mini-progress-bar i{display:block;height:100%}
mini-rich-text img{max-width:100%}
mini-navigator{cursor:pointer}
mini-picker-view{display:flex;height:150px}
mini-picker-view-column{display:block;flex:1;overflow:hidden auto;text-align:center}
mini-picker-view-column>*{line-height:34px;color:#8f959e;cursor:pointer}
mini-picker-view-column>[data-chosen]{color:#171a1d;font-weight:600}
mini-movable-area{position:relative;width:10px;height:10px}
mini-movable-view{display:block;position:absolute;left:0;top:0;touch-action:none;user-select:none}
mini-cover-image{display:inline-block;overflow:hidden}
mini-cover-image img{display:block;width:100%;height:100%}
mini-canvas{display:block;width:300px;height:225px}
mini-canvas canvas{display:block;width:100%;height:100%}
[data-placeholder]{display:block;padding:16px;border:1px dashed #b9bdc2;border-radius:8px;background:#fff;color:#5c636b;font-size:13px;text-align:center}
mini-web-view{padding:40px 24px;color:#5c636b;text-align:center}
.mini-web-view-address{overflow-wrap:anywhere}
@media (prefers-reduced-motion:reduce){.mini-phone *,.mini-phone *::after{transition-duration:0s!important;animation-duration:3s!important}}
`;
