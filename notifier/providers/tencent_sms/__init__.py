"""SMS by Tencent Cloud: approved templates, signed calls, delivery reports and replies."""
