"""SMS by Aliyun: approved templates, signed calls, delivery reports."""
