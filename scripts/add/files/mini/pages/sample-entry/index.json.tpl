{
  "defaultTitle": "样例",
  "pullRefresh": true,
  "usingComponents": {
    "dingui-button": "dingui-mini/es/button/src/index",
    "dingui-input": "dingui-mini/es/input/src/index",
    "fault-card": "/components/fault-card/index",
    "skeleton": "/components/skeleton/index",
    "type-size": "/components/type-size/index"
  }
}
