.sample-entry-form {
  padding: 32rpx;
}

.sample-entry-body {
  box-sizing: border-box;
  width: 100%;
  height: 240rpx;
  margin-bottom: 24rpx;
  padding: 24rpx;
  border: 1rpx solid #d3dae1;
  border-radius: 16rpx;
  font-size: 32rpx;
}

.sample-entry-action {
  margin-top: 24rpx;
}

.sample-entry-head {
  margin: 40rpx 8rpx 16rpx;
}

.sample-entry-empty {
  padding: 48rpx 32rpx;
  color: #66717d;
  font-size: 28rpx;
  text-align: center;
}

.sample-entry-row {
  padding: 28rpx 32rpx;
  border-bottom: 1rpx solid #edf0f3;
  word-break: break-word;
}

.sample-entry-row-title {
  color: #1f2933;
  font-size: 32rpx;
  font-weight: 600;
}

.sample-entry-row-body {
  margin-top: 8rpx;
  color: #5c6773;
  font-size: 28rpx;
  white-space: pre-line;
}

.sample-entry-row-foot {
  margin-top: 8rpx;
  color: #66717d;
  font-size: 26rpx;
}

.sample-entry-more {
  padding-left: 0;
  text-align: center;
}
