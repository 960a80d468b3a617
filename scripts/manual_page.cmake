# cmake -DPROGRAM=file -DSUMMARY=text -DVERSION=number -DOUTPUT=file -P manual_page.cmake: write the manual page of a
# program, from what it and its commands say to --help, so that the page never lags behind.
get_filename_component(name ${PROGRAM} NAME)

# ask(result [command...]): what the program says to --help. A list would lose its semicolons.
function(ask result)
  execute_process(COMMAND ${PROGRAM} ${ARGN} --help OUTPUT_VARIABLE text COMMAND_ERROR_IS_FATAL ANY)
  set(${result} "${text}" PARENT_SCOPE)
endfunction()

# add_section(title text): the text as it stands, but for what roff would take for its own.
function(add_section title text)
  string(REPLACE "\\" "\\e" text "${text}")
  string(REPLACE "-" "\\-" text "${text}")
  string(REGEX REPLACE "(^|\n)([.'])" "\\1\\\\&\\2" text "${text}")
  string(STRIP "${text}" text)
  file(APPEND ${OUTPUT} ".SH ${title}\n.nf\n${text}\n.fi\n")
endfunction()

string(REPLACE "-" "\\-" dashed ${name})
string(TOUPPER ${name} title)
file(WRITE ${OUTPUT} ".TH ${title} 1 \"\" \"Tally ${VERSION}\"\n.SH NAME\n${dashed} \\- ${SUMMARY}\n")
ask(help)
add_section(DESCRIPTION "${help}")
string(REGEX MATCH "\nSubcommands:\n(  [^\n]*\n|\n)*" commands "${help}")
string(REGEX MATCHALL "\n  [a-z]+" commands "${commands}")
foreach(command IN LISTS commands)
  string(STRIP "${command}" command)
  ask(help ${command})
  string(TOUPPER ${command} title)
  add_section(${title} "${help}")
endforeach()
