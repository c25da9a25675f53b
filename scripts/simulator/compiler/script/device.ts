/**
 * What the JavaScript engines of the containers lack (Android V8 6.9, iOS JavaScriptCore, no polyfills: the language
 * at ES2017), with the way out. Source: DingTalk's list of what mini programs support.
 */

const words = (text: string): string[] => text.split(' ');
const each = (names: string, hint: string): [string, string][] => words(names).map((name) => [name, hint]);

const requestHint = '用 mini/services/request.ts（dd.httpRequest）。';
const pageHint = '小程序没有 DOM：用 setData 和页面跳转。';
const storageHint = '用 mini/services/dd.ts 的 readStorage / writeStorage。';
const copyHint = '先 slice() 复制，再改复制的那一份。';
const backHint = '从后往前用 for 循环找。';
const groupHint = '用 for 循环逐个归类。';
const setHint = '用 for 循环逐个比较。';
const wordsHint = '自己写出要显示的文字。';

const LANGUAGE = words(
  'undefined NaN Infinity arguments eval Function Object Array String Number Boolean Symbol Math JSON Date RegExp ' +
    'Error EvalError RangeError ReferenceError SyntaxError TypeError URIError Map Set WeakMap WeakSet Promise Proxy ' +
    'Reflect Intl ArrayBuffer DataView Int8Array Uint8Array Uint8ClampedArray Int16Array Uint16Array Int32Array ' +
    'Uint32Array Float32Array Float64Array parseInt parseFloat isNaN isFinite encodeURI encodeURIComponent ' +
    'decodeURI decodeURIComponent escape unescape',
);

/** Global names that a phone has; any other one fails there. */
export const scriptGlobals: ReadonlySet<string> = new Set([
  ...LANGUAGE,
  ...words('dd App Page Component getApp getCurrentPages require requirePlugin module exports console'),
  ...words('setTimeout clearTimeout setInterval clearInterval'),
]);

/** Global names of SJS, which runs apart from the pages; functions make its dates and patterns (SJS 介绍、数据类型). */
export const sjsGlobals: ReadonlySet<string> = new Set([...LANGUAGE, 'console', 'getDate', 'getRegExp']);

const API_HINT = 'SJS 只做计算：请在页面里调用接口，用 setData 把结果交给模板。';

/** Names that SJS refuses, with what to do instead. */
export const sjsAbsent: ReadonlyMap<string, string> = new Map([
  ...each('dd my getApp getCurrentPages App Page Component setTimeout setInterval', API_HINT),
  ...each('window document fetch globalThis Promise', API_HINT),
  ...each('require module exports', '请用 import 和 export 引入、导出，路径写扩展名 .sjs。'),
]);

/** Names of other platforms, with what to use instead. */
export const forbiddenGlobals: ReadonlyMap<string, string> = new Map([
  ...each('window document', pageHint),
  ...each('location history', '用 dd.navigateTo、dd.redirectTo 等接口跳转。'),
  ...each('fetch XMLHttpRequest WebSocket EventSource', requestHint),
  ...each('localStorage sessionStorage indexedDB', storageHint),
  ...each('URL URLSearchParams', '用字符串拼接和 encodeURIComponent。'),
  ...each('alert confirm prompt', '用 dd.alert、dd.confirm、dd.prompt。'),
  ...each('process Buffer global', '小程序不是 Node.js：环境差异写在 mini/config/ 里。'),
  ...each('btoa atob TextEncoder TextDecoder', '自己写转换的函数，或交给服务端。'),
  ...each('requestAnimationFrame setImmediate queueMicrotask', '用 setTimeout 或 Promise.resolve().then。'),
  ['globalThis', '把共用的东西放进模块，由 import 引入。'],
  ['self', '把共用的东西放进模块，由 import 引入。'],
  ['navigator', '用 dd.getSystemInfo。'],
  ['structuredClone', '自己写出要复制的字段。'],
  ['AbortController', '用标记或序号丢弃过期的结果。'],
  ['FormData', '上传文件用 dd.uploadFile。'],
  ['crypto', '加密请交给服务端。'],
  ['BigInt', '用字符串传大整数，计算交给服务端。'],
  ['WeakRef', '不用的对象设成 null 即可。'],
  ['wx', 'wx.* 是微信的：钉钉和浙政钉用 dd.*。'],
  ['uni', 'uni.* 是 uni-app 的：钉钉和浙政钉用 dd.*。'],
  ['getDate', 'getDate 只在 .sjs 里有：这里写 new Date()。'],
  ['getRegExp', 'getRegExp 只在 .sjs 里有：这里写正则或 new RegExp()。'],
]);

/** Functions of built-in objects, as `Object.name`. */
export const forbiddenStatics: ReadonlyMap<string, string> = new Map([
  ['Promise.allSettled', '让每个 Promise 自己 catch，再用 Promise.all。'],
  ['Promise.withResolvers', '用 new Promise((resolve, reject) => …)。'],
  ['Promise.any', '用 Promise.race 或逐个尝试。'],
  ['Promise.try', '用 new Promise((resolve) => resolve(…))。'],
  ['Object.fromEntries', '用 for 循环逐个赋值。'],
  ['Object.hasOwn', '用 Object.keys(对象).indexOf(键) 或 Object.prototype.hasOwnProperty.call。'],
  ['Object.groupBy', groupHint],
  ['Map.groupBy', groupHint],
  ['Array.fromAsync', '用 for 循环逐个 await。'],
  ['RegExp.escape', '用 replace 给特殊字符加反斜杠。'],
  ['JSON.rawJSON', '用字符串传大整数。'],
  ['JSON.isRawJSON', '用字符串传大整数。'],
  ['Math.sumPrecise', '用 reduce 相加。'],
  ['Math.f16round', '用 Math.fround。'],
  ['Error.captureStackTrace', '只有安卓有：直接 new Error 即可。'],
  ['Symbol.asyncIterator', '用数组或回调代替异步迭代器。'],
  ['Symbol.dispose', '在 finally 里释放。'],
  ...each(
    'Intl.RelativeTimeFormat Intl.ListFormat Intl.DisplayNames Intl.Segmenter Intl.DurationFormat',
    wordsHint,
  ),
  ...each('Intl.PluralRules Intl.Locale Intl.supportedValuesOf', wordsHint),
]);

/** Methods that no object on a phone has. */
export const forbiddenMethods: ReadonlyMap<string, string> = new Map([
  ['finally', '用 then(完成, 完成)，或在 async 函数里写 try / finally。'],
  ['replaceAll', '用 replace 加带 g 的正则，或 split(…).join(…)。'],
  ['matchAll', '用 exec 循环。'],
  ['isWellFormed', '用 encodeURIComponent 试一次。'],
  ['toWellFormed', '用 encodeURIComponent 试一次。'],
  ['trimStart', "用 replace(/^\\s+/, '')。"],
  ['trimEnd', "用 replace(/\\s+$/, '')。"],
  ['flat', '用 concat。'],
  ['flatMap', '用 map 加 concat。'],
  ['at', '用下标：列表[列表.length - 1]。'],
  ['findLast', backHint],
  ['findLastIndex', backHint],
  ...each('toSorted toReversed toSpliced with', copyHint),
  ...each('isSubsetOf isSupersetOf isDisjointFrom symmetricDifference', setHint),
  ['formatToParts', '用 getFullYear、getMonth 等自己拼。'],
  ['formatRange', '用 getFullYear、getMonth 等自己拼。'],
]);

/** Methods that one kind of object lacks, and others may have: `new Set().union`. */
export const forbiddenOf: ReadonlyMap<string, string> = new Map(
  each('Set.union Set.intersection Set.difference Map.getOrInsert', setHint),
);

/** `dd` APIs of other platforms, which DingTalk's documentation does not have. */
export const foreignApis: ReadonlyMap<string, string> = new Map([
  ['request', requestHint],
  ['login', '免登用 dd.getAuthCode。'],
  ['getUserProfile', '免登用 dd.getAuthCode，人的资料由服务端给。'],
  ['getUserInfo', '免登用 dd.getAuthCode，人的资料由服务端给。'],
  ['setNavigationBarTitle', '用 dd.setNavigationBar({ title })。'],
  ['setNavigationBarColor', '用 dd.setNavigationBar({ backgroundColor })。'],
  ['nextTick', '用 setData 的第二个参数。'],
  ['cloud', '请调用自己的服务端。'],
]);

/**
 * The documented names below `dd`: of the mini program's documents, and of `dingtalk-jsapi` 3.2.9 (`api/union`). A name
 * close to one of these is misspelt; any other may be newer than this list.
 */
export const knownApis: ReadonlySet<string> = new Set(
  words(
    'SDKVersion env corpId canIUse getAuthCode dtBridge httpRequest uploadFile downloadFile connectSocket ' +
      'onSocketOpen offSocketOpen onSocketMessage offSocketMessage onSocketError offSocketError onSocketClose ' +
      'offSocketClose sendSocketMessage closeSocket setStorage getStorage removeStorage clearStorage getStorageInfo ' +
      'setStorageSync getStorageSync removeStorageSync clearStorageSync getStorageInfoSync alert confirm prompt ' +
      'showToast hideToast showLoading hideLoading showActionSheet showNavigationBarLoading ' +
      'hideNavigationBarLoading setNavigationBar getTitleColor navigateTo redirectTo navigateBack reLaunch switchTab ' +
      'startPullDownRefresh stopPullDownRefresh pageScrollTo createSelectorQuery createIntersectionObserver ' +
      'createAnimation createCanvasContext createMapContext createVideoContext createWebViewContext ' +
      'getSystemInfo getSystemInfoSync getNetworkType onNetworkStatusChange offNetworkStatusChange getUpdateManager ' +
      'getLaunchOptionsSync getEnterOptionsSync getLanguage getLanguageSync hideKeyboard setClipboard getClipboard ' +
      'scan getLocation openLocation chooseLocation chooseImage previewImage saveImage compressImage getImageInfo ' +
      'chooseVideo saveVideoToPhotosAlbum chooseFile previewFile saveFile getFileInfo getSavedFileInfo ' +
      'getSavedFileList removeSavedFile openDocument makePhoneCall showCallMenu vibrate vibrateShort vibrateLong ' +
      'watchShake getScreenBrightness setScreenBrightness setKeepScreenOn getBatteryInfo getBatteryInfoSync ' +
      'getServerTime onAccelerometerChange offAccelerometerChange onGyroscopeChange offGyroscopeChange ' +
      'onCompassChange offCompassChange onUserCaptureScreen offUserCaptureScreen datePicker timePicker ' +
      'multiLevelSelect chooseCity setTabBarStyle setTabBarItem setTabBarBadge removeTabBarBadge showTabBar hideTabBar ' +
      'showTabBarRedDot hideTabBarRedDot setBackgroundColor setBackgroundTextStyle setOptionMenu ' +
      'hideBackHome showShareMenu hideShareMenu navigateToMiniProgram navigateBackMiniProgram exitMiniProgram ' +
      'openLink openChatByUserId openChatByConversationId openChatByChatId createDing complexChoose ' +
      'choosePhonebook chooseStaffForPC chooseDepartments chooseContact createGroupChat chooseChat choosePhoneContact ' +
      'chooseConversation chooseConversationByCorpId disbandChat ' +
      'rsa getSetting openSetting authorize loadFontFace reportAnalytics onError offError onUnhandledRejection ' +
      'offUnhandledRejection onAppShow offAppShow onAppHide offAppHide getRecorderManager getBackgroundAudioManager ' +
      'createInnerAudioContext startRecord stopRecord onRecordEnd startAudioRecord openBluetoothAdapter ' +
      'closeBluetoothAdapter getBluetoothAdapterState startBluetoothDevicesDiscovery stopBluetoothDevicesDiscovery ' +
      'getBluetoothDevices getConnectedBluetoothDevices connectBLEDevice disconnectBLEDevice notifyBLECharacteristicValueChange ' +
      'readBLECharacteristicValue writeBLECharacteristicValue getBLEDeviceServices getBLEDeviceCharacteristics ' +
      'startBeaconDiscovery stopBeaconDiscovery getBeacons detectFace startFaceVerify getWifiStatus getConnectedWifi ' +
      'checkWifi openPageInMicroApp openPageInModalForPC openPageInSlidePanelForPC openPageInWorkBenchForPC ' +
      'quickCallList setScreenOrientation requestPayment tradePay pay setLanguage getAuthInfo requestAuthCode ' +
      'getOperateAuthCode uploadAttachmentToDingTalk chooseDingTalkDir previewFileInDingTalk saveFileToDingTalk ' +
      'checkBizCall getUserExclusiveInfo getDeviceUUID getDeviceId getThirdAppConfCustomData ' +
      'showAuthGuide searchMap addPhoneContact callUsers checkAuth chooseDateRangeInCalendar chooseDateTime ' +
      'chooseDistrict chooseExternalUsers chooseHalfDayInCalendar chooseMedia chooseOneDayInCalendar chooseOrg ' +
      'chooseUserFromList clearShake closePage createBLEPeripheralServer createDingForPC createLiveClassRoom ' +
      'createPayOrder cropImage customChooseUsers dateRangePicker decrypt disablePullDownRefresh ' +
      'disableWebViewBounce downloadAudio editExternalUser editPicture enablePullDownRefresh ' +
      'enableWebViewBounce encrypt exclusiveLiveCheck generateImageFromCode getAccountType ' +
      'getActiveConferenceInfo getAdvertisingStatus getAuthCodeV2 getCachedAPIResponse getCloudCallInfo ' +
      'getCloudCallList getCurrentCorpId getDingerDeviceStatus getLocatingStatus getPageTerminateInfo ' +
      'getPersonalWorkInfo getSystemSettings getThirdAppUserCustomData getTodaysStepCount getTranslateStatus ' +
      'getWifiHotspotStatus goBackPage isInTabWindow isLocalFileExist isScreenReaderEnabled locateInMap ' +
      'makeCloudCall makeVideoConfCall minutesCreateFromVideo minutesStart minutesUploadVideo minutesViewDetail ' +
      'multiSelect navigateBackPage navigateToPage nfcReadCardNumber notifyTranslateEvent ' +
      'offBLECharacteristicValueChange offBLEConnectionStateChanged offBluetoothAdapterStateChange ' +
      'offBluetoothDeviceFound onBeaconServiceChange onBeaconUpdate onBLECharacteristicValueChange ' +
      'onBLEConnectionStateChanged onBLEPeripheralCharacteristicReadRequest ' +
      'onBLEPeripheralCharacteristicWriteRequest onBLEPeripheralConnectionStateChanged ' +
      'onBluetoothAdapterStateChange onBluetoothDeviceFound onPlayAudioEnd openLocalFile openMicroApp ' +
      'pauseAudio playAudio popGesture previewImagesInDingTalkBatch previewMedia quitPage readNFC ' +
      'removeCachedAPIResponse replacePage requestMoneySubmmitOrder resetScreenView resumeAudio ' +
      'rotateScreenView saveImageToPhotosAlbum scanCard setGestures setNavigationIcon setNavigationLeft ' +
      'setNavigationTitle share showModal showRecordTabRedDot showSharePanel singleSelect startAdvertising ' +
      'startDingerRecord startLocating stopAdvertising stopAudio stopDingerRecord stopLocating subscribe ' +
      'translate translateVoice writeBLEPeripheralCharacteristicValue writeNFC',
  ),
);
