{{- define "lustre-csi.name" -}}
{{- if .Values.nameOverride -}}{{ .Values.nameOverride | trunc 63 | trimSuffix "-" }}
{{- else if ne .Values.compatibility "none" -}}{{ .Values.compatibility }}
{{- else -}}{{ .Chart.Name }}
{{- end -}}
{{- end -}}

{{/* Prefix of the names of objects in the namespace. */}}
{{- define "lustre-csi.fullname" -}}
{{- if .Values.fullnameOverride -}}{{ .Values.fullnameOverride | trunc 40 | trimSuffix "-" }}
{{- else if eq .Values.compatibility "aws-fsx-csi-driver" -}}fsx-csi
{{- else if eq .Values.compatibility "azurelustre-csi-driver" -}}csi-azurelustre
{{- else if contains .Chart.Name .Release.Name -}}{{ .Release.Name | trunc 40 | trimSuffix "-" }}
{{- else -}}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" }}
{{- end -}}
{{- end -}}

{{/* Prefix of the names of objects of the cluster: releases with one name in two namespaces must not meet. */}}
{{- define "lustre-csi.clusterName" -}}
{{ include "lustre-csi.fullname" . }}-{{ .Values.driver }}
{{- end -}}

{{- define "lustre-csi.serviceAccount" -}}
{{- $suffix := ternary "-sa" "" (ne .root.Values.compatibility "none") -}}
{{- $account := (index .root.Values .component).serviceAccount -}}
{{- $account.name | default (printf "%s-%s%s" (include "lustre-csi.fullname" .root) .component $suffix) -}}
{{- end -}}

{{/* Labels of objects; they change with the version and are no part of selectors. */}}
{{- define "lustre-csi.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
app.kubernetes.io/name: {{ include "lustre-csi.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: lustre-csi
{{- with .Values.customLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* Selector of a workload; it must never change. With `compatibility` it is that of the Go driver's workload.
     root, component, and flavor of a further DaemonSet. */}}
{{- define "lustre-csi.selector" -}}
{{- $compatibility := .root.Values.compatibility -}}
{{- if eq $compatibility "none" -}}
app.kubernetes.io/name: {{ include "lustre-csi.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- else -}}
app: {{ printf "%s-%s" (include "lustre-csi.fullname" .root) .component }}
{{- if eq $compatibility "aws-fsx-csi-driver" }}
app.kubernetes.io/name: {{ include "lustre-csi.name" .root }}
{{- end }}
{{- end }}
{{- with .flavor }}
flavor: {{ . }}
{{- end }}
{{- end -}}

{{/* Labels of a pod: those of its selector, of its release, and of the values. */}}
{{- define "lustre-csi.podLabels" -}}
{{- $selector := include "lustre-csi.selector" . | fromYaml -}}
{{- $labels := include "lustre-csi.labels" .root | fromYaml -}}
{{- $component := dict "app.kubernetes.io/component" .component -}}
{{- toYaml (mergeOverwrite (dict) $labels $component (.more | default dict) .values.podLabels $selector) -}}
{{- end -}}

{{/* Prefix of all images, which ends with a slash. */}}
{{- define "lustre-csi.registryPrefix" -}}
{{- with .Values.image.containerRegistry -}}{{ trimSuffix "/" . }}/{{- end -}}
{{- end -}}

{{/* root, image. */}}
{{- define "lustre-csi.image" -}}
{{- $tag := .image.tag | default (printf "v%s" .root.Chart.AppVersion) | toString -}}
{{- $prefix := include "lustre-csi.registryPrefix" .root -}}
{{- if .image.digest -}}{{ printf "%s%s@%s" $prefix .image.repository .image.digest }}
{{- else -}}{{ printf "%s%s:%s" $prefix .image.repository $tag }}
{{- end -}}
{{- end -}}

{{- define "lustre-csi.imagePullSecrets" -}}
{{- with .Values.imagePullSecrets -}}
imagePullSecrets:
  {{- range . }}
  - name: {{ . | quote }}
  {{- end }}
{{- end }}
{{- end -}}
