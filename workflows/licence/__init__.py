"""Configuration licences (大型医用设备配置许可证): from the original to the duplicate, within the time limit."""
