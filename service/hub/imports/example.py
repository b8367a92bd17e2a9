"""A file with what goes wrong in files, to try the way of an import with: its people and numbers are nobody's."""

NAME = "a messy file.csv"

MESSY = """\
Full Name,Country Code,Mobile,Email,City,Born,Opt in,Loyalty
Maya Lindqvist,1,(202) 555-0101,maya@example.com,Pune,03/04/1990,TRUE,Gold
Tom 2nd Okafor,1,2025550102,tom@example.com,Mumbai,05/06/1985,FALSE,NA
Nadia Costa,1,2.02555E+09,nadia@example.com,Pune,07/08/1992,TRUE,Silver
Maya Lindqvist,1,2025550101,maya.l@example.com,Pune,03/04/1990,TRUE,Gold
Ines O'Hara,1,2025550104,ines@example.com,NA,09/10/1993,maybe,Gold
Yusuf Demir,1,2025550105.0,yusuf@example.com,Goa,11/12/1988,FALSE,NA
Lea Brandt,1,202-555-0106,lea@example.com,Kochi,01/02/1991,TRUE,
Arun Pillai,1,202 555 01,arun@example.com,Kochi,02/03/1987,,Silver
Sofia Marin,1,2025550108,sofia@example.com,Goa,04/05/1994,TRUE,NA
"""
