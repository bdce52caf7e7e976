<?xml version="1.0" encoding="UTF-8"?>
<!--
  Turns the list of installed JDKs, which maven-toolchains-plugin writes, into the properties that the poms read:
  asyncrunner.jdk25.home (left out when there is no JDK 25 or newer), asyncrunner.jdk17.home, asyncrunner.jdk17.missing.
-->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"
    xmlns:t="http://maven.apache.org/TOOLCHAINS/1.1.0">
  <xsl:output method="text" encoding="ISO-8859-1" />

  <xsl:template match="/">
    <xsl:variable name="jdks" select="/t:toolchains/t:toolchain[t:type = 'jdk']" />
    <xsl:variable name="jdk25"
        select="$jdks[number(substring-before(concat(t:provides/t:version, '.'), '.')) &gt;= 25][1]" />
    <xsl:variable name="jdk17" select="$jdks[substring-before(concat(t:provides/t:version, '.'), '.') = '17'][1]" />

    <xsl:if test="$jdk25">
      <xsl:text>asyncrunner.jdk25.home=</xsl:text>
      <xsl:value-of select="translate($jdk25/t:configuration/t:jdkHome, '\', '/')" />
      <xsl:text>&#10;</xsl:text>
    </xsl:if>
    <xsl:text>asyncrunner.jdk17.home=</xsl:text>
    <xsl:value-of select="translate($jdk17/t:configuration/t:jdkHome, '\', '/')" />
    <xsl:text>&#10;asyncrunner.jdk17.missing=</xsl:text>
    <xsl:value-of select="not($jdk17)" />
    <xsl:text>&#10;</xsl:text>
  </xsl:template>
</xsl:stylesheet>
