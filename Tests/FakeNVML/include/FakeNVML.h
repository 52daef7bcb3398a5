// Nothing is called by name: the library is loaded.
int fake_nvml_version(void);
