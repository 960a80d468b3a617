# Run by cpack on what it has installed for the packages. In /usr the loader finds the core library without help, and
# Debian wants no other way written into a program; nor does it want debug information in archives.
file(GLOB programs ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/*/usr/bin/*)
foreach(program IN LISTS programs)
  file(RPATH_REMOVE FILE ${program})
endforeach()
file(GLOB archives ${CPACK_TEMPORARY_INSTALL_DIRECTORY}/*/usr/lib/*/*.a)
if(archives)
  execute_process(COMMAND strip --strip-debug --enable-deterministic-archives ${archives} COMMAND_ERROR_IS_FATAL ANY)
endif()
